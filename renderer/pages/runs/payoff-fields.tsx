/** What a row of each kind is worth, and how many rows can be acted on, as the user types them. */
import type { Payoff } from '../../../shared/contract/decision.ts'
import { Field } from '../../components/field.tsx'

export interface PayoffTexts {
  readonly truePositive: string
  readonly falsePositive: string
  readonly falseNegative: string
  readonly trueNegative: string
  readonly capacity: string
}

/** Missing a positive row costs five false alarms: a beginning that shows what the numbers do. */
export const usualPayoff: PayoffTexts = {
  truePositive: '0',
  falsePositive: '-1',
  falseNegative: '-5',
  trueNegative: '0',
  capacity: '',
}

const toNumber = (text: string): number =>
  text.trim() === '' ? 0 : Number(text.replaceAll('−', '-').replace(',', '.'))

/** Null where a value is not a number. */
export const readPayoff = (texts: PayoffTexts): Payoff | null => {
  const payoff = {
    truePositive: toNumber(texts.truePositive),
    falsePositive: toNumber(texts.falsePositive),
    falseNegative: toNumber(texts.falseNegative),
    trueNegative: toNumber(texts.trueNegative),
  }
  return Object.values(payoff).every(Number.isFinite) ? payoff : null
}

/** Null where none is given, or it is no whole number. */
export const readCapacity = ({ capacity }: PayoffTexts): number | null => {
  const rows = Number(capacity.replaceAll(/[\s,]/g, ''))
  return capacity.trim() !== '' && Number.isInteger(rows) && rows >= 0 ? rows : null
}

const fields = [
  ['truePositive', 'True positive', 'Selected, and positive'],
  ['falsePositive', 'False positive', 'Selected in vain: a cost is negative'],
  ['falseNegative', 'False negative', 'Positive, and missed'],
  ['trueNegative', 'True negative', 'Rightly left alone'],
  ['capacity', 'Capacity', 'Most rows that can be acted on'],
] as const

export const PayoffFields = ({
  texts,
  onChange,
}: {
  readonly texts: PayoffTexts
  readonly onChange: (texts: PayoffTexts) => void
}) => (
  <div className="payoff" role="group" aria-label="What rows are worth, and how many can be acted on">
    {fields.map(([key, label, help]) => {
      const wrong =
        key === 'capacity'
          ? texts.capacity.trim() !== '' && readCapacity(texts) === null
          : !Number.isFinite(toNumber(texts[key]))
      return (
        <Field
          key={key}
          label={label}
          help={wrong ? (key === 'capacity' ? 'A whole number of rows.' : 'A number.') : help}
        >
          {(ids) => (
            <input
              {...ids}
              type="text"
              inputMode="decimal"
              value={texts[key]}
              placeholder={key === 'capacity' ? 'no limit' : '0'}
              aria-invalid={wrong}
              onChange={(event) => onChange({ ...texts, [key]: event.target.value })}
            />
          )}
        </Field>
      )
    })}
  </div>
)
