/** A table of any length with a filter and a sort, both done by the engine. */
import { useEffect, useId, useMemo, useState, useSyncExternalStore } from 'react'
import type { RowsRequest } from '../../shared/contract/dataset.ts'
import type { DatasetId } from '../../shared/contract/ids.ts'
import { ProblemPanel } from '../components/problem-panel.tsx'
import { Empty, Skeleton } from '../components/states.tsx'
import { formatCount, plural } from '../../shared/format/number.ts'
import type { LoadRows } from './row-pages.ts'
import { RowPages } from './row-pages.ts'
import { maxRows, RowsGrid } from './rows-grid.tsx'

const typingMs = 250

const nextSort = (sort: RowsRequest['sort'], column: string): RowsRequest['sort'] => {
  if (sort?.column !== column) return { column, direction: 'ascending' }
  return sort.direction === 'ascending' ? { column, direction: 'descending' } : undefined
}

export const RowsTable = ({
  label,
  load,
  datasetId,
  initialFilter = '',
}: {
  readonly label: string
  /** Where the table was opened on some rows only. */
  readonly initialFilter?: string
  /** Stable between renders: a new one starts the table anew. */
  readonly load: LoadRows
  readonly datasetId: DatasetId
}) => {
  const id = useId()
  const [typed, setTyped] = useState(initialFilter)
  const [filter, setFilter] = useState(initialFilter)
  const [sort, setSort] = useState<RowsRequest['sort']>()
  useEffect(() => {
    const timer = setTimeout(() => setFilter(typed.trim()), typingMs)
    return () => clearTimeout(timer)
  }, [typed])
  const pages = useMemo(
    () => new RowPages(load, { ...(sort ? { sort } : {}), ...(filter === '' ? {} : { filter }) }),
    [load, sort, filter],
  )
  const view = useSyncExternalStore(pages.subscribe, pages.view)
  useEffect(() => pages.need(0, 0), [pages])
  const found =
    view.columns === null
      ? ''
      : filter === ''
        ? plural(view.total, 'row')
        : `${plural(view.total, 'row')} with this filter`

  return (
    <div className="rows">
      <div className="rows-tools">
        <label htmlFor={id} className="visually-hidden">
          Filter the rows
        </label>
        <input
          id={id}
          type="search"
          className="rows-filter"
          placeholder="A text, or column = value & other >= 6"
          value={typed}
          maxLength={2000}
          onChange={(event) => setTyped(event.target.value)}
        />
        <p className="muted tabular" aria-live="polite">
          {found}
          {view.total > maxRows && `; the first ${formatCount(maxRows)} in this order are shown`}
        </p>
      </div>
      {view.problem ? (
        <ProblemPanel problem={view.problem} retry={() => pages.retry()} />
      ) : view.columns === null ? (
        <Skeleton label="Loading rows" rows={10} />
      ) : view.total === 0 ? (
        <Empty icon="search" title={filter === '' ? 'There are no rows' : 'No row matches the filter'}>
          {filter === ''
            ? undefined
            : 'A plain text is looked for in every text column. Write column = value for one column, with &, !=, >=, < or “is missing” for more.'}
        </Empty>
      ) : (
        <RowsGrid
          label={label}
          pages={pages}
          columns={view.columns}
          total={view.total}
          sort={sort}
          onSort={(column) => setSort((before) => nextSort(before, column))}
          imagesOf={datasetId}
        />
      )}
    </div>
  )
}
