import { useNavigate } from 'react-router'
import { Button } from '../../components/button.tsx'
import { Page } from '../../components/page.tsx'
import { Answered } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatBytes, plural } from '../../../shared/format/number.ts'
import { chooseAndOpen } from '../../shell/open-files.ts'
import { ApprovalBoard } from '../approvals/overview-board.tsx'
import { Attention } from './attention.tsx'
import { FirstRun } from './first-run.tsx'
import { RecentData, RecentModels } from './recent-objects.tsx'
import { RecentRuns } from './recent-runs.tsx'

export const OverviewPage = () => {
  const navigate = useNavigate()
  const info = useQuery(['workspace', 'info'], (client) => client.workspace.info())
  const workspace = info.data
  const empty = workspace !== undefined && workspace.datasets + workspace.models + workspace.runs === 0
  return (
    <Page
      title={workspace && !empty ? workspace.name : 'Overview'}
      about={
        workspace && !empty
          ? [
              plural(workspace.runs, 'run'),
              plural(workspace.datasets, 'dataset'),
              plural(workspace.models, 'model'),
              formatBytes(workspace.bytes),
            ].join(' · ')
          : undefined
      }
      actions={
        workspace && !empty ? (
          <>
            <Button icon="data" onClick={() => void chooseAndOpen('dataset', navigate)}>
              Import a dataset
            </Button>
            <Button icon="models" onClick={() => void chooseAndOpen('model', navigate)}>
              Import a model
            </Button>
            <Button kind="primary" icon="runs" onClick={() => void navigate('/runs?new=1')}>
              New run
            </Button>
          </>
        ) : undefined
      }
    >
      <Answered answer={info} label="Loading the workspace">
        {(answer) =>
          answer.datasets + answer.models + answer.runs === 0 ? (
            <FirstRun samplesAvailable={answer.samplesAvailable} />
          ) : (
            <>
              <Attention />
              <ApprovalBoard />
              <RecentRuns />
              <div className="two-columns">
                <RecentData />
                <RecentModels />
              </div>
            </>
          )
        }
      </Answered>
    </Page>
  )
}
