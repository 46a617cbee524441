/** One row: its waterfall and reasons, values that can be changed with the score following, changes that turn it, and its neighbours. */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import { useEffect, useMemo, useState } from 'react'
import type { Explanation } from '../../../shared/contract/explain.ts'
import type { RowExplanation } from '../../../shared/contract/explain-row.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { waterfallSpec } from '../../charts/attributions.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Skeleton } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount, formatFixed, formatNumber } from '../../../shared/format/number.ts'
import { NeighboursTable } from './neighbours.tsx'
import { RowChoice, rowOf } from './row-choice.tsx'
import { TextPanel, hasText } from './text-panel.tsx'
import { Turning } from './turning.tsx'
import { unitOf } from './words.ts'
import { ownValue } from '../../../shared/format/own-value.ts'

type Changes = Readonly<Record<string, string>>

const scoreText = (run: Run, score: number | null): string =>
  score === null ? '—' : givesOneNumber(run.task) ? formatNumber(score) : formatFixed(score, 4)

/** Of many classes those with the highest scores are looked at, and the true one. */
const mostScores = 8

const Scores = ({
  run,
  before,
  after,
}: {
  readonly run: Run
  readonly before: RowExplanation
  readonly after: RowExplanation
}) => {
  const all = before.scores.map((entry, k) => ({ ...entry, changed: after.scores[k]?.score ?? null }))
  const sorted = all.length > mostScores ? all.toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0)) : all
  const shown = sorted.filter(({ name }, at) => at < mostScores || name === before.target)
  return (
    <>
      <div className="table-scroll" role="group" aria-label="Scores" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{givesOneNumber(run.task) ? 'Predicted' : 'Score'}</th>
              <th scope="col" className="number">
                As it is
              </th>
              {after !== before && (
                <th scope="col" className="number">
                  Changed
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, score, changed }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number tabular">{scoreText(run, score)}</td>
                {after !== before && <td className="number tabular">{scoreText(run, changed)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < all.length && (
        <p className="muted">
          The {mostScores} highest of {all.length} scores
          {shown.length > mostScores ? ', and that of the true class' : ''}.
        </p>
      )}
    </>
  )
}

const WhatIf = ({
  columns,
  values,
  changes,
  onChange,
}: {
  readonly columns: readonly string[]
  readonly values: ReadonlyMap<string, string>
  readonly changes: Changes
  readonly onChange: (changes: Changes) => void
}) => {
  const { shown, filter, more } = useLongList(columns, (column) => column, {
    label: 'Filter the columns to change',
    placeholder: 'Name',
    one: 'column',
  })
  return (
    <>
      {filter}
      <div className="what-if">
        {shown.map((column) => {
          const own = values.get(column) ?? ''
          const text = ownValue(changes, column) ?? own
          return (
            <div key={column} className={column in changes ? 'field-changed' : undefined}>
              <Field label={column}>
                {(ids) => (
                  <input
                    {...ids}
                    type="text"
                    value={text}
                    onChange={(event) => {
                      const others = Object.entries(changes).filter(([name]) => name !== column)
                      const text = event.target.value
                      onChange(Object.fromEntries(text === own ? others : [...others, [column, text]]))
                    }}
                  />
                )}
              </Field>
            </div>
          )
        })}
      </div>
      {more}
    </>
  )
}

/** Asks again a moment after the last key. */
const debounceMs = 250

const Row = ({
  run,
  row,
  explanation,
  output,
}: {
  readonly run: Run
  readonly row: number
  readonly explanation: Explanation
  readonly output: number
}) => {
  const [before, setBefore] = useState<RowExplanation | null>(null)
  const [after, setAfter] = useState<RowExplanation | null>(null)
  const [changes, setChanges] = useState<Changes>({})
  const { problem, run: act } = useAction()
  useEffect(() => {
    let current = true
    void act(async () => {
      const answer = await ask((client) => client.explain.row({ id: run.id, row }))
      if (current) setBefore(answer)
    })
    return () => {
      current = false
    }
  }, [act, run.id, row])
  useEffect(() => {
    if (Object.keys(changes).length === 0) return
    let current = true
    const timer = setTimeout(() => {
      void act(async () => {
        const given = Object.fromEntries(
          Object.entries(changes).map(([name, text]) => [name, text === '' || text === 'missing' ? null : text]),
        )
        const answer = await ask((client) => client.explain.whatIf({ id: run.id, row, changes: given }))
        if (current) setAfter(answer)
      })
    }, debounceMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [act, run.id, row, changes])
  // What was answered to former changes is kept, and shown only while there are changes.
  const shown = Object.keys(changes).length > 0 ? (after ?? before) : before
  const spec = useMemo(
    () => (shown?.outputs[output] ? waterfallSpec(shown.outputs[output], row, unitOf(shown.space)) : null),
    [shown, output, row],
  )
  const values = useMemo(
    () => new Map((before?.outputs[0]?.parts ?? []).map((part) => [part.name, part.value])),
    [before],
  )
  if (!before) return problem ? <ProblemPanel problem={problem} /> : <Skeleton label={`Explaining row ${row + 1}`} />
  const single = explanation.players.filter((player) => player.columns.length === 1).map((player) => player.name)
  return (
    <div className="stack">
      <div className="row-parts">
        <div>{spec && <ChartFrame spec={spec} />}</div>
        <div className="stack">
          {before.target !== null && (
            <p>
              Actually <strong>{before.target}</strong>
            </p>
          )}
          <Scores run={run} before={before} after={shown ?? before} />
          <h3>Reasons</h3>
          <ul className="plain-list" aria-label="Reasons">
            {shown?.outputs[output]?.words.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      </div>
      <h3>What if</h3>
      {problem && <ProblemPanel problem={problem} />}
      <WhatIf columns={single} values={values} changes={changes} onChange={setChanges} />
      {Object.keys(changes).length > 0 && (
        <div>
          <Button kind="quiet" onClick={() => setChanges({})}>
            Back to the row as it is
          </Button>
        </div>
      )}
      {hasText(before) && (
        <>
          <h3>Words</h3>
          <TextPanel run={run} row={row} />
        </>
      )}
      {run.task !== 'multilabel' && (
        <>
          <h3>{givesOneNumber(run.task) ? 'Changes that reach a range' : 'Changes that turn the decision'}</h3>
          <Turning run={run} row={row} explanation={explanation} onTake={setChanges} />
          <h3>Nearest rows with another outcome</h3>
          <NeighboursTable run={run} row={row} />
        </>
      )}
    </div>
  )
}

export const RowPanel = ({
  run,
  explanation,
  output,
}: {
  readonly run: Run
  readonly explanation: Explanation
  readonly output: number
}) => {
  const [text, setText] = useState('1')
  const row = rowOf(text, run.rows)
  return (
    <Section title="One row" note="Base and bars add up to the row’s margin">
      <RowChoice rows={run.rows} text={text} onChange={setText} />
      {row !== null ? (
        <Row key={row} run={run} row={row} explanation={explanation} output={output} />
      ) : (
        <p className="muted">Give a row from 1 to {formatCount(run.rows)}.</p>
      )}
    </Section>
  )
}
