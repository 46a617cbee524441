/** How an image becomes a tensor. */
import type { InputBinding } from '../../../shared/contract/model.ts'
import { Field, Select } from '../../components/field.tsx'

type Image = Extract<InputBinding, { kind: 'image' }>

const numbersOf = (text: string): number[] | null => {
  const numbers = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)
  return numbers.length >= 1 && numbers.length <= 3 && numbers.every(Number.isFinite) ? numbers : null
}

const sizeOf = (text: string): number | null => (/^[1-9]\d{0,4}$/.test(text) ? Number(text) : null)

export const ImageFields = ({
  input,
  onChange,
}: {
  readonly input: Image
  readonly onChange: (input: Image) => void
}) => (
  <div className="field-row">
    {(['width', 'height'] as const).map((side) => (
      <Field key={side} label={side === 'width' ? 'Width' : 'Height'}>
        {(ids) => (
          <input
            {...ids}
            type="number"
            min={1}
            defaultValue={input[side]}
            onChange={(event) => {
              const size = sizeOf(event.target.value)
              if (size !== null) onChange({ ...input, [side]: size })
            }}
          />
        )}
      </Field>
    ))}
    <Field label="Channels">
      {(ids) => (
        <Select
          {...ids}
          value={String(input.channels)}
          choices={[
            { value: '1', title: '1, grey' },
            { value: '3', title: '3, colour' },
          ]}
          onChoose={(channels) => onChange({ ...input, channels: channels === '1' ? 1 : 3 })}
        />
      )}
    </Field>
    <Field label="Layout">
      {(ids) => (
        <Select
          {...ids}
          value={input.layout}
          choices={[
            { value: 'NCHW', title: 'NCHW' },
            { value: 'NHWC', title: 'NHWC' },
          ]}
          onChoose={(layout) => onChange({ ...input, layout })}
        />
      )}
    </Field>
    {(['scale', 'offset'] as const).map((part) => (
      <Field
        key={part}
        label={part === 'scale' ? 'Scale' : 'Offset'}
        help={part === 'scale' ? 'Value = pixel (0 to 255) × scale + offset.' : 'One number, or one for each channel.'}
      >
        {(ids) => (
          <input
            {...ids}
            type="text"
            defaultValue={input[part].join(', ')}
            onChange={(event) => {
              const numbers = numbersOf(event.target.value)
              if (numbers) onChange({ ...input, [part]: numbers })
            }}
          />
        )}
      </Field>
    ))}
  </div>
)
