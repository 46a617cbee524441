/** Whether a canary of the new model is rehearsed with the comparison, and how. */
import type { CanaryLoss, CanaryRequest } from '../../../shared/contract/canary.ts'
import type { Task } from '../../../shared/contract/dataset.ts'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import { Field, Select } from '../../components/field.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { typedNumber } from '../../components/typed-number.ts'
import { useQuery } from '../../engine/query.ts'

const shares = ['0.01', '0.05', '0.1', '0.2', '0.5']

/** As it is typed. */
interface CanaryTexts {
  /** Empty for no canary. */
  readonly share: string
  readonly order: string
  readonly margin: string
  readonly alpha: string
  readonly delay: string
  readonly loss: CanaryLoss | ''
}
export const noCanary: CanaryTexts = { share: '', order: '', margin: '', alpha: '', delay: '', loss: '' }

const rules = {
  margin: { least: 0 },
  alpha: { least: 0.0001, most: 0.2 },
  delay: { least: 0, whole: true },
} as const

/** @returns undefined for no canary, null where a number is wrong */
export const canaryRequest = (texts: CanaryTexts): CanaryRequest | undefined | null => {
  if (texts.share === '') return undefined
  const [margin, alpha, delay] = (['margin', 'alpha', 'delay'] as const).map((name) =>
    typedNumber(texts[name], rules[name]),
  )
  if (margin === null || alpha === null || delay === null) return null
  return {
    share: Number(texts.share),
    ...(texts.order === '' ? {} : { order: texts.order }),
    ...(texts.loss === '' ? {} : { loss: texts.loss }),
    ...(margin === undefined ? {} : { margin }),
    ...(alpha === undefined ? {} : { alpha }),
    ...(delay === undefined ? {} : { delay }),
  }
}

export const CanaryFields = ({
  datasetId,
  task,
  texts,
  onChange,
}: {
  readonly datasetId: DatasetId
  readonly task: Task
  readonly texts: CanaryTexts
  readonly onChange: (texts: CanaryTexts) => void
}) => {
  const { data } = useQuery(['datasets', 'get', datasetId], (client) => client.datasets.get({ id: datasetId }))
  const columns = data?.columns.filter(({ type }) => type !== 'image') ?? []
  const time = columns.find(({ role }) => role === 'time')
  const change = (changed: Partial<CanaryTexts>): void => onChange({ ...texts, ...changed })
  return (
    <div className="field-row">
      <Field
        label="Rehearse a canary"
        help="Rows are replayed in time order, a share of them answered by the first other model; a test that may look after every row rolls it back."
      >
        {(ids) => (
          <Select
            {...ids}
            value={texts.share}
            onChoose={(share) => change({ share })}
            choices={[
              { value: '', title: 'No canary' },
              ...shares.map((value) => ({ value, title: `${100 * Number(value)} % of the traffic` })),
            ]}
          />
        )}
      </Field>
      {texts.share !== '' && (
        <>
          <Field label="Rows in the order of" help="A column of times, dates or numbers.">
            {(ids) => (
              <Select
                {...ids}
                value={texts.order}
                onChoose={(order) => change({ order })}
                choices={[
                  { value: '', title: time ? `The time column, ${time.name}` : 'The file' },
                  ...columns.map(({ name }) => ({ value: name, title: name })),
                ]}
              />
            )}
          </Field>
          {task !== 'regression' && (
            <Field label="What a row costs" help="The model that loses less is the better one.">
              {(ids) => (
                <Select
                  {...ids}
                  value={texts.loss}
                  onChoose={(loss) => change({ loss })}
                  choices={[
                    { value: '', title: 'Log loss where both give probabilities' },
                    { value: 'log_loss', title: 'Log loss' },
                    { value: 'error_rate', title: 'A wrong answer' },
                  ]}
                />
              )}
            </Field>
          )}
          <NumberField
            label="May be worse by"
            help="So much loss a row is not held against the new model."
            rule={rules.margin}
            text={texts.margin}
            placeholder="0"
            onChange={(margin) => change({ margin })}
          />
          <NumberField
            label="Rate of needless rollbacks"
            help="Of models no worse than that, however often one looks."
            rule={rules.alpha}
            text={texts.alpha}
            placeholder="0.05"
            onChange={(alpha) => change({ alpha })}
          />
          <NumberField
            label="Truth comes late by"
            help="Rows that pass before the truth of a row is known."
            rule={rules.delay}
            text={texts.delay}
            placeholder="0"
            onChange={(delay) => change({ delay })}
          />
        </>
      )}
    </div>
  )
}
