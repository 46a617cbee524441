/** The figures of a run's evidence, with their values: what a gate can name, put into the policy with a click. */
import { useState } from 'react'
import type { RunId } from '../../../shared/contract/ids.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Answered } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatMetric, plural } from '../../../shared/format/number.ts'

const shownMost = 60

const Figures = ({
  runId,
  wanted,
  onPick,
}: {
  readonly runId: RunId
  readonly wanted: string
  readonly onPick: (path: string) => void
}) => {
  const paths = useQuery(['approvals', 'paths', runId], (client) => client.policies.paths({ runId }))
  const words = wanted.toLowerCase().split(/\s+/)
  return (
    <Answered answer={paths} label="Loading the figures" rows={6}>
      {(all) => {
        const fitting = all.filter(({ path }) => words.every((word) => path.toLowerCase().includes(word)))
        return (
          <>
            <ul className="figure-list" aria-label="Figures that a gate can name">
              {fitting.slice(0, shownMost).map(({ path, value, low, high }) => {
                const shown = formatMetric({ value, low, high })
                return (
                  <li key={path}>
                    <Button kind="quiet" onClick={() => onPick(path)} title={path}>
                      <code>{path}</code>
                    </Button>
                    <span className="muted tabular">
                      {shown.value}
                      {shown.low !== null && `  ${shown.low} to ${shown.high}`}
                    </span>
                  </li>
                )
              })}
            </ul>
            <p className="muted">
              {fitting.length > shownMost
                ? `The first ${shownMost} of ${plural(fitting.length, 'figure')}; type more of the name.`
                : plural(fitting.length, 'figure')}
            </p>
          </>
        )
      }}
    </Answered>
  )
}

export const FigurePicker = ({
  typed,
  onPick,
}: {
  /** The path that is being typed in the policy. */
  readonly typed: string
  readonly onPick: (path: string) => void
}) => {
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list())
  const [chosen, setChosen] = useState('')
  const [search, setSearch] = useState('')
  const evaluated = (runs.data ?? []).filter((run) => run.state === 'evaluated')
  const runId = (chosen || evaluated[0]?.id) as RunId | undefined
  if (!runId) return <p className="muted">Evaluate a run, and its figures are offered here.</p>
  return (
    <section className="figure-picker" aria-label="Figures">
      <div className="field-row">
        <Field label="Figures of">
          {(ids) => (
            <Select
              {...ids}
              value={runId as string}
              onChoose={setChosen}
              choices={evaluated.map((run) => ({
                value: run.id as string,
                title: `${run.model} ${run.version} on ${run.dataset}`,
              }))}
            />
          )}
        </Field>
        <Field label="Find">
          {(ids) => (
            <input
              {...ids}
              type="search"
              value={search}
              placeholder={typed}
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Figures runId={runId} wanted={search || typed} onPick={onPick} />
    </section>
  )
}
