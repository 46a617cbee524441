/** Rows in, answers and figures out. */
import { useEffect, useState } from 'react'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import type { ServerFigures, TriedAnswer, TriedRow, TriedServer } from '../../../shared/contract/try.ts'
import { formatBytes, formatCount, formatNumber, plural } from '../../../shared/format/number.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { Answer } from './answer.tsx'
import { RowForm, blankRow } from './row-form.tsx'

const figuresEveryMs = 1000

/** Once a second, and after each answer. */
const useFigures = (
  server: TriedServer,
  ended: boolean,
  answer: TriedAnswer | undefined,
): ServerFigures | undefined => {
  const [figures, setFigures] = useState<ServerFigures>()
  useEffect(() => {
    if (ended) return
    let left = false
    const read = (): void => {
      ask((client) => client.trying.figures({ id: server.id })).then(
        (now) => {
          if (!left) setFigures(now)
        },
        () => undefined,
      )
    }
    read()
    const timer = setInterval(read, figuresEveryMs)
    return () => {
      left = true
      clearInterval(timer)
    }
  }, [server.id, ended, answer])
  return figures
}

const ms = (value: number): string => `${formatNumber(Number(value.toPrecision(3)))} ms`

const Figures = ({ figures }: { readonly figures: ServerFigures | undefined }) => {
  const { latencyMs } = figures ?? { latencyMs: null }
  const shown: readonly (readonly [string, string])[] = [
    ['requests', figures ? formatCount(figures.requests) : '—'],
    ['refused', figures ? formatCount(figures.refused) : '—'],
    ['rows', figures ? formatCount(figures.rows) : '—'],
    ['p50', latencyMs ? ms(latencyMs.p50) : '—'],
    ['p95', latencyMs ? ms(latencyMs.p95) : '—'],
    ['p99', latencyMs ? ms(latencyMs.p99) : '—'],
    ['in the model', figures?.modelMs ? ms(figures.modelMs) : '—'],
    ['rows a run', figures?.batchRows ? formatNumber(figures.batchRows) : '—'],
    ['memory', figures?.memoryBytes ? formatBytes(figures.memoryBytes) : '—'],
  ]
  return (
    <Section
      title="What the server says of itself"
      note="/metrics, once a second; times between the edges of its buckets"
    >
      <dl className="try-figures" data-testid="try-figures">
        {shown.map(([name, value]) => (
          <div key={name} className="try-figure">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {figures && figures.drift.length > 0 && (
        <p className="muted monitor-against">
          Population stability index of what was sent against the evaluated rows:{' '}
          {figures.drift
            .slice(0, 5)
            .map(({ column, psi }) => `${column} ${formatNumber(Number(psi.toPrecision(2)))}`)
            .join(', ')}
        </p>
      )}
    </Section>
  )
}

const batch = 200

const FromDataset = ({
  server,
  busy,
  onSend,
}: {
  readonly server: TriedServer
  readonly busy: boolean
  readonly onSend: (read: () => Promise<readonly TriedRow[]>) => void
}) => {
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list())
  const [chosen, setChosen] = useState<DatasetId>()
  const [offset, setOffset] = useState(0)
  const list = datasets.data ?? []
  const dataset = list.find(({ id }) => id === chosen) ?? list[0]
  if (!dataset) return null
  const rows = Math.min(batch, dataset.rows - offset)
  const send = (): void =>
    onSend(async () => {
      const { rows: found } = await ask((client) =>
        client.trying.rows({ id: server.id, datasetId: dataset.id, offset, limit: batch }),
      )
      setOffset(offset + batch >= dataset.rows ? 0 : offset + batch)
      return found
    })
  return (
    <div className="try-send">
      <Field label="Or rows of a dataset">
        {(ids) => (
          <Select
            {...ids}
            value={dataset.id}
            choices={list.map(({ id, name }) => ({ value: id, title: name }))}
            onChoose={(id: DatasetId) => {
              setChosen(id)
              setOffset(0)
            }}
          />
        )}
      </Field>
      <Button busy={busy} onClick={send}>
        Send rows {formatCount(offset + 1)} to {formatCount(offset + rows)}
      </Button>
    </div>
  )
}

export const Console = ({ server, ended }: { readonly server: TriedServer; readonly ended: boolean }) => {
  const [row, setRow] = useState<TriedRow>(server.examples[0] ?? blankRow(server.inputs))
  const [example, setExample] = useState(0)
  const [answer, setAnswer] = useState<TriedAnswer>()
  const { busy, problem, run } = useAction()
  const figures = useFigures(server, ended, answer)
  const send = (read: () => Promise<readonly TriedRow[]>): void => {
    void run(async () => {
      const rows = await read()
      setAnswer(await ask((client) => client.trying.send({ id: server.id, rows: [...rows] })))
    })
  }
  const next = (): void => {
    const at = (example + 1) % server.examples.length
    setExample(at)
    setRow(server.examples[at]!)
  }
  return (
    <div className="try-layout">
      <Section
        title="A row"
        note={plural(server.inputs.length, 'column')}
        actions={
          server.examples.length > 1 && (
            <Button kind="quiet" onClick={next}>
              Another example
            </Button>
          )
        }
      >
        <RowForm inputs={server.inputs} row={row} onChange={setRow} onSend={() => send(async () => [row])} />
        <div className="try-send">
          <Button kind="primary" busy={busy} disabled={ended} onClick={() => send(async () => [row])}>
            Send the row
          </Button>
        </div>
        <FromDataset server={server} busy={busy || ended} onSend={send} />
      </Section>
      <div>
        {problem && <ProblemPanel problem={problem} />}
        <Answer answer={answer} server={server} />
        <Figures figures={figures} />
      </div>
    </div>
  )
}
