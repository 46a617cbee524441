/** Slices of one's own, written as the rows table's filter is. */
import type { Condition } from '../../../shared/contract/slices.ts'
import { parseFilter } from '../../../shared/slices/parse-filter.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'

const conditionsOf = (text: string, columns: readonly string[]): readonly Condition[] | null => {
  const parsed = parseFilter(text, columns)
  if (!parsed) return null
  const plain = parsed.filter((one): one is Condition => one.kind !== 'above' && one.kind !== 'at most')
  return plain.length === parsed.length ? plain : null
}

/** What was written, without what is empty; null where a text is no slice. */
export const slicesOf = (texts: readonly string[], columns: readonly string[]): Condition[][] | null => {
  const defined = texts.filter((text) => text.trim() !== '').map((text) => conditionsOf(text, columns))
  return defined.every((conditions) => conditions !== null) ? defined.map((conditions) => [...conditions]) : null
}

export const OwnSlices = ({
  texts,
  columns,
  onChange,
}: {
  readonly texts: readonly string[]
  readonly columns: readonly string[]
  readonly onChange: (texts: readonly string[]) => void
}) => (
  <fieldset className="slice-inputs">
    <legend>Slices of your own</legend>
    {texts.map((text, index) => {
      const wrong = text.trim() !== '' && !conditionsOf(text, columns)
      return (
        <Field
          key={index}
          label={`Slice ${index + 1}`}
          help={wrong ? 'Not a slice: join conditions by & with =, !=, >=, < or “is missing”.' : undefined}
        >
          {(ids) => (
            <div className="slice-input">
              <input
                {...ids}
                type="text"
                spellCheck={false}
                placeholder={`${columns[0] ?? 'column'} = value & other >= 6`}
                value={text}
                aria-invalid={wrong}
                onChange={(event) => onChange(texts.with(index, event.target.value))}
              />
              <Button
                kind="quiet"
                icon="close"
                aria-label={`Leave out slice ${index + 1}`}
                onClick={() => onChange(texts.toSpliced(index, 1))}
              />
            </div>
          )}
        </Field>
      )
    })}
    <div>
      <Button kind="plain" icon="plus" onClick={() => onChange([...texts, ''])}>
        Add a slice
      </Button>
    </div>
  </fieldset>
)
