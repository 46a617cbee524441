/** Which row of the run to explain, counted from 1. */
import type { ReactNode } from 'react'
import { Field } from '../../components/field.tsx'
import { formatCount } from '../../../shared/format/number.ts'

/** The row counted from 0, or null where the text is not one of the run's rows. */
export const rowOf = (text: string, rows: number): number | null => {
  const row = Number(text)
  return Number.isInteger(row) && row >= 1 && row <= rows ? row - 1 : null
}

export const RowChoice = ({
  rows,
  text,
  onChange,
  children,
}: {
  readonly rows: number
  readonly text: string
  readonly onChange: (text: string) => void
  /** Further choices beside it. */
  readonly children?: ReactNode
}) => (
  <div className="row-choice">
    <Field label="Row">
      {(ids) => (
        <input
          {...ids}
          type="number"
          min={1}
          max={rows}
          step={1}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
    {children}
    <span className="muted">of {formatCount(rows)} rows</span>
  </div>
)
