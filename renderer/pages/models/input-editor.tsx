/** Where the values of one input come from. */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { InputBinding, TensorInfo } from '../../../shared/contract/model.ts'
import { Field, Select } from '../../components/field.tsx'
import { featuresOf } from './blank-binding.ts'
import { ImageFields } from './image-fields.tsx'
import { MatrixFields } from './matrix-fields.tsx'

const kinds = [
  { value: 'matrix', title: 'Several columns, side by side' },
  { value: 'column', title: 'One column' },
  { value: 'image', title: 'An image column' },
  { value: 'constant', title: 'The same value in each row' },
] as const
type Kind = InputBinding['kind']

const ofKind = (kind: Kind, input: string, dataset: Dataset): InputBinding => {
  const features = featuresOf(dataset)
  const first = features[0] ?? dataset.columns[0]?.name ?? ''
  switch (kind) {
    case 'matrix':
      return { kind, input, columns: features.length > 0 ? [...features] : [first] }
    case 'column':
      return { kind, input, column: first }
    case 'image': {
      const column = dataset.columns.find((one) => one.type === 'image')?.name ?? first
      return { kind, input, column, width: 224, height: 224, channels: 3, layout: 'NCHW', scale: [1], offset: [0] }
    }
    case 'constant':
      return { kind, input, value: 0 }
  }
}

const constantOf = (text: string): string | number =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text

export const InputEditor = ({
  input,
  tensor,
  dataset,
  onChange,
}: {
  readonly input: InputBinding
  readonly tensor: TensorInfo | undefined
  readonly dataset: Dataset
  readonly onChange: (input: InputBinding) => void
}) => (
  <fieldset className="input-editor">
    <legend>
      <code>{input.input}</code>{' '}
      {tensor && (
        <span className="muted">
          {tensor.elementType ?? tensor.kind} {tensor.shape && `[${tensor.shape.map((dim) => dim ?? '?').join(', ')}]`}
        </span>
      )}
    </legend>
    <div className="field-row">
      <Field label="Takes">
        {(ids) => (
          <Select
            {...ids}
            value={input.kind}
            choices={kinds}
            onChoose={(kind) => onChange(ofKind(kind, input.input, dataset))}
          />
        )}
      </Field>
      {(input.kind === 'column' || input.kind === 'image') && (
        <Field label="Column">
          {(ids) => (
            <Select
              {...ids}
              value={input.column}
              choices={dataset.columns.map((column) => ({
                value: column.name,
                title: `${column.name} (${column.type})`,
              }))}
              onChoose={(column) => onChange({ ...input, column })}
            />
          )}
        </Field>
      )}
      {input.kind === 'constant' && (
        <Field label="Value">
          {(ids) => (
            <input
              {...ids}
              type="text"
              defaultValue={String(input.value)}
              onChange={(event) => onChange({ ...input, value: constantOf(event.target.value) })}
            />
          )}
        </Field>
      )}
    </div>
    {input.kind === 'matrix' && <MatrixFields input={input} dataset={dataset} onChange={onChange} />}
    {input.kind === 'image' && <ImageFields input={input} onChange={onChange} />}
  </fieldset>
)
