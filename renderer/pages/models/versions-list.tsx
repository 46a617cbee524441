import { Link } from 'react-router'
import type { ModelVersion } from '../../../shared/contract/model.ts'
import { Answered } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatBytes, plural } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'

export const VersionsList = ({ version }: { readonly version: ModelVersion }) => {
  const models = useQuery(['models', 'list'], (client) => client.models.list())
  return (
    <Answered answer={models} label="Loading versions" rows={3}>
      {(list) => (
        <ul className="cards" aria-label={`Versions of ${version.name}`}>
          {[...(list.find((model) => model.id === version.modelId)?.versions ?? [])]
            .sort((a, b) => b.version - a.version)
            .map((other) => (
              <li key={other.id}>
                <Link to={`/models/${other.id}`} aria-current={other.id === version.id ? 'page' : undefined}>
                  Version {other.version}
                </Link>
                <span className="muted tabular">
                  {formatBytes(other.bytes)} · {plural(other.runs, 'run')} · {formatTime(other.createdAt)}
                  {other.id === version.id && ' · this one'}
                </span>
              </li>
            ))}
        </ul>
      )}
    </Answered>
  )
}
