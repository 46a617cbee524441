/** Small changes that carry a row to another decision or into a range, within what a person allows. */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import { useState } from 'react'
import type { Explanation } from '../../../shared/contract/explain.ts'
import type { Counterfactuals, CounterfactualRequest } from '../../../shared/contract/explain-turning.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount, formatFixed, formatNumber, formatShort } from '../../../shared/format/number.ts'

type Changes = Readonly<Record<string, string>>

interface Allowed {
  readonly fixed: boolean
  readonly low: string
  readonly high: string
  readonly cost: string
}
const free: Allowed = { fixed: false, low: '', high: '', cost: '' }

const numberOrNull = (text: string): number | null =>
  text.trim() === '' || !Number.isFinite(Number(text)) ? null : Number(text)

const requestOf = (
  allowed: Readonly<Record<string, Allowed>>,
): Pick<CounterfactualRequest, 'fixed' | 'bounds' | 'costs'> => {
  const entries = Object.entries(allowed)
  return {
    fixed: entries.filter(([, rule]) => rule.fixed).map(([name]) => name),
    bounds: Object.fromEntries(
      entries
        .map(([name, { low, high }]) => [name, { low: numberOrNull(low), high: numberOrNull(high) }] as const)
        .filter(([, { low, high }]) => low !== null || high !== null),
    ),
    costs: Object.fromEntries(
      entries.flatMap(([name, { cost }]) => {
        const value = numberOrNull(cost)
        return value === null || value < 0 ? [] : [[name, value]]
      }),
    ),
  }
}

const Rules = ({
  explanation,
  allowed,
  onChange,
}: {
  readonly explanation: Explanation
  readonly allowed: Readonly<Record<string, Allowed>>
  readonly onChange: (name: string, rule: Allowed) => void
}) => {
  const columns = useLongList(
    explanation.players.flatMap(({ columns, kind }) => columns.map((name) => ({ name, kind }))),
    ({ name }) => name,
    { label: 'Filter the columns that may change', placeholder: 'Name', one: 'column' },
  )
  return (
    <details>
      <summary>What may change</summary>
      {columns.filter}
      <div className="table-scroll" role="group" aria-label="What may change" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Stays as it is</th>
              <th scope="col">At least</th>
              <th scope="col">At most</th>
              <th scope="col">Cost of a change</th>
            </tr>
          </thead>
          <tbody>
            {columns.shown.map(({ name, kind }) => {
              const rule = allowed[name] ?? free
              const text = (part: 'low' | 'high' | 'cost', label: string) => (
                <input
                  type="text"
                  inputMode="decimal"
                  className="small-input"
                  aria-label={`${name}: ${label}`}
                  placeholder={part === 'cost' ? '1' : ''}
                  disabled={rule.fixed}
                  value={rule[part]}
                  onChange={(event) => onChange(name, { ...rule, [part]: event.target.value })}
                />
              )
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`${name} stays as it is`}
                      checked={rule.fixed}
                      onChange={(event) => onChange(name, { ...rule, fixed: event.target.checked })}
                    />
                  </td>
                  <td>{kind === 'number' && text('low', 'at least')}</td>
                  <td>{kind === 'number' && text('high', 'at most')}</td>
                  <td>{text('cost', 'cost of a change')}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {columns.more && <div className="more">{columns.more}</div>}
    </details>
  )
}

const plausibleText = (plausible: boolean | null): string => (plausible === null ? '—' : plausible ? 'yes' : 'unlikely')

const FoundTable = ({
  run,
  result,
  onTake,
}: {
  readonly run: Run
  readonly result: Counterfactuals
  readonly onTake: (changes: Changes) => void
}) => (
  <>
    <p className="muted">
      {formatCount(result.tried)} rows scored in {formatCount(result.elapsedMs)} ms. Distance is in middle halves of the
      data, 1 for a category, times the cost.
      {result.usual !== null &&
        ` Plausible: no farther from a row that the model decides so than ${formatShort(result.usual)}, as 95 % of such rows are from one another.`}
    </p>
    <div className="table-scroll" role="group" aria-label="Changes that turn the decision" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Change</th>
            <th scope="col" className="number">
              {givesOneNumber(run.task) ? 'Predicted' : 'Score'}
            </th>
            <th scope="col" className="number">
              Distance
            </th>
            <th scope="col">Plausible</th>
            <th scope="col">
              <span className="visually-hidden">Try it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {result.found.map((one) => {
            const text = one.changes.map(({ column, from, to }) => `${column}: ${from} → ${to}`).join('; ')
            return (
              <tr key={text}>
                <th scope="row" className="wrap">
                  {text}
                </th>
                <td className="number tabular">
                  {givesOneNumber(run.task) ? formatNumber(one.score) : formatFixed(one.score, 4)}
                </td>
                <td className="number tabular">{formatFixed(one.distance, 2)}</td>
                <td>{plausibleText(one.plausible)}</td>
                <td>
                  <Button
                    kind="quiet"
                    aria-label={`Try ${text}`}
                    onClick={() => onTake(Object.fromEntries(one.changes.map(({ column, to }) => [column, to])))}
                  >
                    Try
                  </Button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  </>
)

export const Turning = ({
  run,
  row,
  explanation,
  onTake,
}: {
  readonly run: Run
  readonly row: number
  readonly explanation: Explanation
  readonly onTake: (changes: Changes) => void
}) => {
  const { busy, problem, run: act } = useAction()
  const [result, setResult] = useState<Counterfactuals | null>(null)
  const [allowed, setAllowed] = useState<Readonly<Record<string, Allowed>>>({})
  const [wanted, setWanted] = useState('')
  const [range, setRange] = useState({ low: '', high: '' })
  const isRegression = givesOneNumber(run.task)
  const { classes } = run.binding.output
  const search = (): void => {
    const goal = isRegression
      ? { kind: 'range' as const, low: numberOrNull(range.low), high: numberOrNull(range.high) }
      : wanted === ''
        ? null
        : { kind: 'class' as const, name: wanted }
    void act(async () => {
      setResult(await ask((client) => client.explain.counterfactuals({ id: run.id, row, goal, ...requestOf(allowed) })))
    })
  }
  return (
    <div className="stack">
      <Rules
        explanation={explanation}
        allowed={allowed}
        onChange={(name, rule) => setAllowed({ ...allowed, [name]: rule })}
      />
      <div className="row-choice">
        {isRegression &&
          (['low', 'high'] as const).map((end) => (
            <Field key={end} label={end === 'low' ? 'Prediction at least' : 'Prediction at most'}>
              {(ids) => (
                <input
                  {...ids}
                  type="text"
                  inputMode="decimal"
                  value={range[end]}
                  onChange={(event) => setRange({ ...range, [end]: event.target.value })}
                />
              )}
            </Field>
          ))}
        {classes.length > 2 && (
          <Field label="Wanted class">
            {(ids) => (
              <Select
                {...ids}
                value={wanted}
                onChoose={setWanted}
                choices={[
                  { value: '', title: 'any other' },
                  ...classes.map((name) => ({ value: name as string, title: name as string })),
                ]}
              />
            )}
          </Field>
        )}
        <Button busy={busy} onClick={search}>
          {isRegression ? 'Find changes that reach this range' : 'Find changes that turn the decision'}
        </Button>
      </div>
      {problem && <ProblemPanel problem={problem} />}
      {result?.found.length === 0 && <p className="muted">No change of up to three columns reaches it.</p>}
      {result && result.found.length > 0 && <FoundTable run={run} result={result} onTake={onTake} />}
    </div>
  )
}
