import { useCallback } from 'react'
import { useSearchParams } from 'react-router'
import type { Run } from '../../../shared/contract/run.ts'
import { Section } from '../../components/page.tsx'
import { ask } from '../../engine/client.ts'
import type { LoadRows } from '../../rows/row-pages.ts'
import { RowsTable } from '../../rows/rows-table.tsx'

export const RunRows = ({ run }: { readonly run: Run }) => {
  const { id } = run
  // A slice links to its rows by the filter in the address.
  const filter = useSearchParams()[0].get('filter') ?? ''
  const load = useCallback<LoadRows>((request) => ask((client) => client.runs.rows({ id, request })), [id])
  return (
    <Section title="Rows" note="The dataset's columns with the scores beside them">
      <RowsTable
        key={filter}
        initialFilter={filter}
        label={`Rows of the run of ${run.model} ${run.version} on ${run.dataset}`}
        load={load}
        datasetId={run.datasetId}
      />
    </Section>
  )
}
