import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { Button } from '../../components/button.tsx'
import { Page } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { plural } from '../../../shared/format/number.ts'
import { NewRunDialog } from './new-run-dialog.tsx'
import { PagedRuns } from './paged-runs.tsx'

export const RunsPage = () => {
  const [search, setSearch] = useSearchParams()
  const [filter, setFilter] = useState('')
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list())
  const words = filter.trim().toLowerCase()
  const open = (): void => setSearch({ new: '1' })
  const newRun = (
    <Button kind="primary" icon="plus" onClick={open}>
      New run
    </Button>
  )
  return (
    <Page title="Runs" about={runs.data ? plural(runs.data.length, 'run') : undefined} actions={newRun}>
      <Answered answer={runs} label="Loading runs" rows={8}>
        {(list) => {
          if (list.length === 0) {
            return (
              <Empty icon="runs" title="No runs yet" actions={newRun}>
                A run scores one model version on one dataset; its evaluation says how well, with intervals.
              </Empty>
            )
          }
          const shown = list.filter((run) =>
            `${run.model} ${run.version} ${run.dataset} ${run.state}`.toLowerCase().includes(words),
          )
          return (
            <>
              <input
                type="search"
                className="rows-filter"
                aria-label="Filter the runs"
                placeholder="Model, dataset or state"
                value={filter}
                onChange={(event) => setFilter(event.target.value)}
              />
              {shown.length === 0 ? (
                <Empty icon="search" title="No run matches the filter" />
              ) : (
                <PagedRuns runs={shown} />
              )}
            </>
          )
        }}
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
