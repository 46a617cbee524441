import { Link } from 'react-router'
import { Section } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { formatAgo } from '../../../shared/format/time.ts'
import { taskTitle } from '../../../shared/format/words.ts'

const shown = 5

export const RecentData = () => {
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list())
  return (
    <Section title="Datasets" actions={<Link to="/data">All datasets</Link>}>
      <Answered answer={datasets} label="Loading datasets" rows={3}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon="data" title="No datasets yet" />
          ) : (
            <ul className="cards" aria-label="Datasets">
              {list.slice(0, shown).map((dataset) => (
                <li key={dataset.id}>
                  <Link to={`/data/${dataset.id}`}>{dataset.name}</Link>
                  <span className="muted tabular">
                    {formatCount(dataset.rows)} × {formatCount(dataset.columns)} ·{' '}
                    {taskTitle(dataset.task).toLowerCase()} · {formatAgo(dataset.createdAt)}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </Section>
  )
}

export const RecentModels = () => {
  const models = useQuery(['models', 'list'], (client) => client.models.list())
  return (
    <Section title="Models" actions={<Link to="/models">All models</Link>}>
      <Answered answer={models} label="Loading models" rows={3}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon="models" title="No models yet" />
          ) : (
            <ul className="cards" aria-label="Models">
              {list.slice(0, shown).map((model) => {
                const newest = model.versions.reduce<(typeof model.versions)[number] | undefined>(
                  (best, version) => (!best || version.version > best.version ? version : best),
                  undefined,
                )
                if (!newest) return null
                return (
                  <li key={model.id}>
                    <Link to={`/models/${newest.id}`}>{model.name}</Link>
                    <span className="muted tabular">
                      version {newest.version} · {plural(newest.runs, 'run')} · {formatAgo(newest.createdAt)}
                    </span>
                  </li>
                )
              })}
            </ul>
          )
        }
      </Answered>
    </Section>
  )
}
