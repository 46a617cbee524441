/** A field for a number, which says what may be typed where something else was. */
import type { ReactNode } from 'react'
import { Field } from './field.tsx'
import type { NumberRule } from './typed-number.ts'
import { typedNumber } from './typed-number.ts'

const ruleWords = ({ least, most, open = false, whole = false }: NumberRule): string => {
  const limits =
    least !== undefined && most !== undefined
      ? open
        ? ` between ${least} and ${most}`
        : ` from ${least} to ${most}`
      : least !== undefined
        ? open
          ? ` above ${least}`
          : ` of ${least} or more`
        : ''
  return `A ${whole ? 'whole ' : ''}number${limits}.`
}

export const NumberField = ({
  label,
  help,
  rule,
  text,
  placeholder,
  onChange,
}: {
  readonly label: string
  readonly help?: ReactNode
  readonly rule: NumberRule
  /** As it is typed. */
  readonly text: string
  /** What holds where nothing is typed. */
  readonly placeholder: string
  readonly onChange: (text: string) => void
}) => {
  const wrong = typedNumber(text, rule) === null
  return (
    <Field label={label} help={wrong ? ruleWords(rule) : help}>
      {(ids) => (
        <input
          {...ids}
          type="text"
          inputMode="decimal"
          value={text}
          placeholder={placeholder}
          aria-invalid={wrong}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}
