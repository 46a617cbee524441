/** Every third-party and corrupt ONNX file ends as imported or refused with a code; none crashes or hangs. */
import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { besideCheckout, codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

const folder = besideCheckout('zoo')

function onnxFiles(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name)
    if (entry.isDirectory()) return onnxFiles(inside)
    return entry.name.endsWith('.onnx') && statSync(inside).isFile() ? [inside] : []
  })
}

/** Files that must be refused, and why. Everything else in the zoo must import. */
const refused: Readonly<Record<string, string>> = {
  'corrupt/bitrot_20_bytes.onnx': 'model/corrupt',
  'corrupt/bitrot_400_bytes.onnx': 'model/corrupt',
  'corrupt/csv_named.onnx': 'model/not-onnx',
  'corrupt/cycle.onnx': 'model/cycle',
  'corrupt/dangling_input.onnx': 'model/dangling-input',
  'corrupt/duplicate_output_name.onnx': 'model/duplicate-output',
  'corrupt/empty.onnx': 'model/empty',
  'corrupt/external_data_missing.onnx': 'model/external-data-missing',
  'corrupt/external_data_path_escape.onnx': 'model/external-data-escape',
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
  'corrupt/unknown_op.onnx': 'model/runtime-refused',
  'onnx_testdata/test_bitshift_left_uint16/model.onnx': 'model/runtime-refused',
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

/** These need the system's en_US.UTF-8, which a bare machine may lack: then the refusal says so. */
const needLocale = new Set([
  'onnx_testdata/test_strnorm_model_monday_casesensintive_lower/model.onnx',
  'onnx_testdata/test_strnormalizer_export_monday_casesensintive_lower/model.onnx',
  'onnxruntime_go/example_strings.onnx',
])

describe.skipIf(folder === null)('the zoo', () => {
  let test: TestEngine
  beforeAll(async () => {
    test = await openTestEngine()
  })
  afterAll(() => test.close())

  it.each(folder === null ? [] : onnxFiles(folder).map((path) => relative(folder, path)))('%s', async (name) => {
    const code = await codeOf(test.importModel(join(folder!, name)))
    if (needLocale.has(name)) expect(['no error', 'model/locale-missing']).toContain(code)
    else expect(code).toBe(refused[name] ?? 'no error')
  })
})
