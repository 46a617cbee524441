import type { Condition } from '../../../shared/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'

export const ConditionFields = ({
  conditions,
  onChange,
  blank,
}: {
  readonly conditions: readonly Condition[]
  readonly onChange: (conditions: readonly Condition[]) => void
  readonly blank: Condition
}) => {
  const change = (k: number, part: Partial<Condition>): void =>
    onChange(conditions.map((condition, at) => (at === k ? { ...condition, ...part } : condition)))
  return (
    <fieldset className="conditions">
      <legend>Conditions</legend>
      {conditions.map((condition, k) => (
        <div key={k} className="condition">
          <Field label={`Condition ${k + 1}`}>
            {(ids) => (
              <input
                {...ids}
                type="text"
                value={condition.text}
                maxLength={2000}
                onChange={(event) => change(k, { text: event.target.value })}
              />
            )}
          </Field>
          <Field label="Owner">
            {(ids) => (
              <input
                {...ids}
                type="text"
                value={condition.owner}
                maxLength={200}
                onChange={(event) => change(k, { owner: event.target.value })}
              />
            )}
          </Field>
          <Field label="Due">
            {(ids) => (
              <input
                {...ids}
                type="date"
                value={condition.due}
                onChange={(event) => change(k, { due: event.target.value })}
              />
            )}
          </Field>
          <Button
            kind="quiet"
            icon="close"
            aria-label={`Remove condition ${k + 1}`}
            disabled={conditions.length === 1}
            onClick={() => onChange(conditions.filter((_, at) => at !== k))}
          />
        </div>
      ))}
      <Button icon="plus" onClick={() => onChange([...conditions, blank])}>
        Another condition
      </Button>
      <p className="field-help">An approval whose condition is not met by its day no longer counts.</p>
    </fieldset>
  )
}
