/** An ordered list of columns as text, one a line: it can be pasted from the code that trained the model. */
import { useState } from 'react'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { InputBinding } from '../../../shared/contract/model.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { plural } from '../../../shared/format/number.ts'
import { featuresOf } from './blank-binding.ts'

type Matrix = Extract<InputBinding, { kind: 'matrix' }>

const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

export const MatrixFields = ({
  input,
  dataset,
  onChange,
}: {
  readonly input: Matrix
  readonly dataset: Dataset
  readonly onChange: (input: Matrix) => void
}) => {
  const [text, setText] = useState(() => input.columns.join('\n'))
  const [last, setLast] = useState(input.columns)
  // Guessed again from outside: what was typed gives way.
  if (input.columns !== last) {
    setLast(input.columns)
    if (linesOf(text).join('\n') !== input.columns.join('\n')) setText(input.columns.join('\n'))
  }
  const known = new Set(dataset.columns.map((column) => column.name))
  const unknown = input.columns.filter((column) => !known.has(column))
  const type = (next: string): void => {
    setText(next)
    const columns = linesOf(next)
    if (columns.length > 0) onChange({ ...input, columns })
  }
  return (
    <div className="matrix">
      <Field
        label="Columns, one a line, in the order of training"
        help={
          unknown.length > 0
            ? `Not in this dataset: ${unknown.slice(0, 6).join(', ')}${unknown.length > 6 ? ` and ${unknown.length - 6} more` : ''}.`
            : plural(input.columns.length, 'column')
        }
      >
        {(ids) => (
          <textarea
            {...ids}
            rows={Math.min(12, Math.max(4, input.columns.length))}
            spellCheck={false}
            value={text}
            aria-invalid={unknown.length > 0}
            onChange={(event) => type(event.target.value)}
          />
        )}
      </Field>
      <Button kind="quiet" onClick={() => type(featuresOf(dataset).join('\n'))}>
        Take all {plural(featuresOf(dataset).length, 'feature')} in file order
      </Button>
    </div>
  )
}
