/** The zoo's files that are refused, and why: by reading the protobuf alone, and by the whole import. */

/** Found in the file itself, with neither its folder nor ONNX Runtime. Every other file is taken. */
export const refusedByReading: Readonly<Record<string, string>> = {
  'corrupt/bitrot_20_bytes.onnx': 'model/corrupt',
  'corrupt/bitrot_400_bytes.onnx': 'model/corrupt',
  'corrupt/csv_named.onnx': 'model/not-onnx',
  'corrupt/cycle.onnx': 'model/cycle',
  'corrupt/dangling_input.onnx': 'model/dangling-input',
  'corrupt/duplicate_output_name.onnx': 'model/duplicate-output',
  'corrupt/empty.onnx': 'model/empty',
  'corrupt/git_lfs_pointer.onnx': 'model/not-onnx',
  'corrupt/html_error_page.onnx': 'model/not-onnx',
  'corrupt/ir_version_99.onnx': 'model/ir-version',
  'corrupt/leading_garbage.onnx': 'model/not-onnx',
  'corrupt/no_graph.onnx': 'model/no-graph',
  'corrupt/no_nodes.onnx': 'model/no-nodes',
  'corrupt/no_outputs.onnx': 'model/no-outputs',
  'corrupt/opset_999.onnx': 'model/opset',
  'corrupt/random_bytes.onnx': 'model/not-onnx',
  'corrupt/short_weights.onnx': 'model/short-weights',
  'corrupt/trailing_garbage.onnx': 'model/corrupt',
  'corrupt/truncated_half.onnx': 'model/truncated',
  'corrupt/truncated_last_byte.onnx': 'model/truncated',
  'corrupt/unknown_domain.onnx': 'model/unsupported-operator-domain',
  'onnx_testdata/test_cast_FLOAT_to_BFLOAT16/model.onnx': 'model/bfloat16',
  'onnx_testdata/test_identity_sequence/model.onnx': 'model/unsupported-input',
  'onnx_testdata/test_optional_has_element/model.onnx': 'model/unsupported-input',
  'onnx_testdata/test_sequence_insert_at_back/model.onnx': 'model/unsupported-input',
  'onnxruntime_go/example_float16.onnx': 'model/bfloat16',
  'onnxruntime_go/example_needs_extensions.onnx': 'model/unsupported-operator-domain',
  'onnxruntime_go/example_several_inputs_and_outputs.onnx': 'model/bfloat16',
  'ort_examples/superres_needs_extensions.onnx': 'model/unsupported-operator-domain',
  'ort_examples/whisper_azure_customop.onnx': 'model/unsupported-operator-domain',
}

/** What import refuses besides: for want of external data, or because ONNX Runtime does not load it. */
export const refusedByImport: Readonly<Record<string, string>> = {
  ...refusedByReading,
  'corrupt/external_data_missing.onnx': 'model/external-data-missing',
  'corrupt/external_data_path_escape.onnx': 'model/external-data-escape',
  'corrupt/unknown_op.onnx': 'model/runtime-refused',
  'onnx_testdata/test_bitshift_left_uint16/model.onnx': 'model/runtime-refused',
}
