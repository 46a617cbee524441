import { useSearchParams } from 'react-router'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { Page } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { plural } from '../../../shared/format/number.ts'
import { NewRunDialog } from './new-run-dialog.tsx'
import { RunsList } from './runs-list.tsx'

const FilteredRuns = ({ runs }: { readonly runs: readonly Run[] }) => {
  const { shown, filter, more } = useLongList(
    runs,
    (run) => `${run.model} ${run.version} ${run.dataset} ${run.state}`,
    { label: 'Filter the runs', placeholder: 'Model, dataset or state', one: 'run' },
  )
  return (
    <>
      {filter}
      {shown.length > 0 && <RunsList runs={shown} label="Runs" />}
      {more && <div className="more">{more}</div>}
    </>
  )
}

export const RunsPage = () => {
  const [search, setSearch] = useSearchParams()
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list())
  const open = (): void => setSearch({ new: '1' })
  const newRun = (
    <Button kind="primary" icon="plus" onClick={open}>
      New run
    </Button>
  )
  return (
    <Page title="Runs" about={runs.data ? plural(runs.data.length, 'run') : undefined} actions={newRun}>
      <Answered answer={runs} label="Loading runs" rows={8}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon="runs" title="No runs yet" actions={newRun}>
              A run scores one model version on one dataset; its evaluation says how well, with intervals.
            </Empty>
          ) : (
            <FilteredRuns runs={list} />
          )
        }
      </Answered>
      {search.get('new') !== null && (
        <NewRunDialog
          versionId={search.get('version')}
          datasetId={search.get('dataset')}
          onClose={() => setSearch({}, { replace: true })}
        />
      )}
    </Page>
  )
}
