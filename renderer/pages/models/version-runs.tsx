import type { ModelVersion } from '../../../shared/contract/model.ts'
import { LinkButton } from '../../components/button.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { RunsList } from '../runs/runs-list.tsx'

export const VersionRuns = ({ version }: { readonly version: ModelVersion }) => {
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list())
  return (
    <Answered answer={runs} label="Loading runs" rows={3}>
      {(list) => {
        const own = list.filter((run) => run.versionId === version.id)
        if (own.length > 0) return <RunsList runs={own} label="Runs of this version" />
        return (
          <Empty
            icon="runs"
            title="This version has not been scored"
            actions={<LinkButton to={`/runs?new=1&version=${version.id}`}>Score a dataset</LinkButton>}
          />
        )
      }}
    </Answered>
  )
}
