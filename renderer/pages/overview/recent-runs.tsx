import { Link } from 'react-router'
import { LinkButton } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { RunsList } from '../runs/runs-list.tsx'

const shown = 6

export const RecentRuns = () => {
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list())
  return (
    <Section
      title="Recent runs"
      actions={runs.data && runs.data.length > shown ? <Link to="/runs">All runs</Link> : undefined}
    >
      <Answered answer={runs} label="Loading runs" rows={3}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon="runs" title="No runs yet" actions={<LinkButton to="/runs?new=1">Start a run</LinkButton>}>
              A run scores one model version on one dataset.
            </Empty>
          ) : (
            <RunsList runs={list.slice(0, shown)} label="Recent runs" />
          )
        }
      </Answered>
    </Section>
  )
}
