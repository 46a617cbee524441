/** What waits for the user: runs that stopped, runs without an evaluation, versions without a binding. */
import { Link } from 'react-router'
import { Icon } from '../../components/icon.tsx'
import { Section } from '../../components/page.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatCount } from '../../../shared/format/number.ts'

interface Item {
  readonly key: string
  readonly severity: 'error' | 'warning' | 'note'
  readonly to: string
  readonly title: string
  readonly text: string
}

export const Attention = () => {
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list()).data ?? []
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list()).data ?? []
  const items: readonly Item[] = [
    ...runs.flatMap((run): Item[] => {
      const title = `${run.model} ${run.version} on ${run.dataset}`
      const base = { key: run.id, to: `/runs/${run.id}`, title }
      const done = `${formatCount(run.rowsDone)} of ${formatCount(run.rows)} rows are scored`
      if (run.state === 'failed') return [{ ...base, severity: 'error', text: `Scoring failed; ${done}.` }]
      if (run.state === 'interrupted')
        return [{ ...base, severity: 'warning', text: `Interrupted; ${done} and it can be resumed.` }]
      if (run.state === 'scored') return [{ ...base, severity: 'note', text: 'Scored, and not evaluated yet.' }]
      const errors = run.findings.filter((finding) => finding.severity === 'error').length
      if (errors > 0) return [{ ...base, severity: 'error', text: 'Has findings that are errors.' }]
      return []
    }),
    ...datasets
      .filter((dataset) => dataset.target === null)
      .map((dataset): Item => ({
        key: dataset.id,
        severity: 'note',
        to: `/data/${dataset.id}`,
        title: dataset.name,
        text: 'Has no target, so runs on it cannot be evaluated.',
      })),
  ]
  if (items.length === 0) return null
  return (
    <Section title="Needs attention">
      <ul className="attention" aria-label="Needs attention">
        {items.slice(0, 8).map((item) => (
          <li key={item.key} className={`attention-${item.severity}`}>
            <Icon name={item.severity} />
            <Link to={item.to}>{item.title}</Link>
            <span className="muted">{item.text}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
