import { Link, useParams } from 'react-router'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Page } from '../../components/page.tsx'
import { StateBadge } from '../../components/state-badge.tsx'
import { Answered } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { taskTitle } from '../../../shared/format/words.ts'
import { RunGates } from '../approvals/run-gates.tsx'
import { Evaluation } from './evaluation.tsx'
import { RunActions } from './run-actions.tsx'
import { RunFacts } from './run-facts.tsx'
import { RunProgress } from './run-progress.tsx'
import { RunRows } from './run-rows.tsx'
import { ScoredRun } from './scored-run.tsx'

const RunBody = ({ run }: { readonly run: Run }) => {
  if (run.state === 'evaluated') return <Evaluation run={run} />
  if (run.state === 'scored') {
    return (
      <>
        <ScoredRun run={run} />
        <RunFacts run={run} />
        <RunRows run={run} />
      </>
    )
  }
  return (
    <>
      <RunProgress run={run} />
      <RunFacts run={run} />
    </>
  )
}

export const RunPage = () => {
  const id = useParams()['id'] as RunId
  const answer = useQuery(['runs', 'get', id], (client) => client.runs.get({ id }))
  const run = answer.data
  return (
    <Page
      title={run ? `${run.model} ${run.version} on ${run.dataset}` : 'Run'}
      about={
        run && (
          <>
            <StateBadge state={run.state} />
            {run.state === 'evaluated' && <RunGates run={run} />}
            <Link to={`/models/${run.versionId}`}>
              {run.model} {run.version}
            </Link>
            <Link to={`/data/${run.datasetId}`}>{run.dataset}</Link>
            <span>{taskTitle(run.task)}</span>
            <span>{formatTime(run.createdAt)}</span>
          </>
        )
      }
      actions={run && <RunActions run={run} />}
      wide
    >
      <Answered answer={answer} label="Loading the run" rows={8}>
        {(data) => <RunBody key={data.id} run={data} />}
      </Answered>
    </Page>
  )
}
