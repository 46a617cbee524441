import { useCallback } from 'react'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import { ask } from '../../engine/client.ts'
import type { LoadRows } from '../../rows/row-pages.ts'
import { RowsTable } from '../../rows/rows-table.tsx'

export const DatasetRows = ({ dataset }: { readonly dataset: Dataset }) => {
  const { id } = dataset
  const load = useCallback<LoadRows>((request) => ask((client) => client.datasets.rows({ id, request })), [id])
  return <RowsTable label={`Rows of ${dataset.name}`} load={load} datasetId={id} />
}
