import type { ReactNode, SelectHTMLAttributes } from 'react'
import { useId } from 'react'

/** A label above its control, with a line of help below it. */
export const Field = ({
  label,
  help,
  children,
}: {
  readonly label: string
  readonly help?: ReactNode
  readonly children: (ids: { readonly id: string; readonly 'aria-describedby': string | undefined }) => ReactNode
}) => {
  const id = useId()
  const helpId = `${id}-help`
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': help === undefined ? undefined : helpId })}
      {help !== undefined && (
        <div className="field-help" id={helpId}>
          {help}
        </div>
      )}
    </div>
  )
}

export interface Choice<T extends string> {
  readonly value: T
  readonly title: string
  readonly disabled?: boolean
}

export const Select = <T extends string>({
  value,
  choices,
  onChoose,
  ...rest
}: {
  readonly value: T
  readonly choices: readonly Choice<T>[]
  readonly onChoose: (value: T) => void
} & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'value' | 'onChange'>) => (
  <span className="select">
    <select {...rest} value={value} onChange={(event) => onChoose(event.target.value as T)}>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value} disabled={choice.disabled === true}>
          {choice.title}
        </option>
      ))}
    </select>
  </span>
)
