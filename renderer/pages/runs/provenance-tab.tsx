/** Where the numbers come from: every hash, version and setting in the evidence. */
import type { ReactNode } from 'react'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { Facts } from '../../components/facts.tsx'
import { Hash } from '../../components/hash.tsx'
import { Section } from '../../components/page.tsx'
import { formatCount, formatNumber, formatRate } from '../../../shared/format/number.ts'
import { formatDuration, formatTime } from '../../../shared/format/time.ts'
import { deviceTitle } from '../../../shared/format/words.ts'

const hash = (value: string, name: string): ReactNode => <Hash value={value} name={name} />

export const ProvenanceTab = ({ evidence, run }: { readonly evidence: Evidence; readonly run: Run }) => {
  const { model, dataset, software } = evidence
  const roles = (role: string): string =>
    dataset.columns
      .filter((column) => column.role === role)
      .map((column) => column.name)
      .join(', ') || 'none'
  return (
    <>
      <Section title="Evaluation">
        <Facts
          facts={[
            ['Evidence, SHA-256', run.evidenceSha256 === null ? '—' : hash(run.evidenceSha256, 'hash of the evidence')],
            ['Made', formatTime(evidence.createdAt)],
            ['Schema', evidence.schema],
            ['Seed of every resampling', String(evidence.seed)],
            ['Assay', software.assay],
            ['ONNX Runtime', software.onnxruntime],
            ['DuckDB', software.duckdb],
            ['Node', software.node],
            ['Platform', software.platform],
          ]}
        />
      </Section>
      <Section title="Scoring">
        <Facts
          facts={[
            ['Scores, SHA-256', hash(evidence.run.scoresSha256, 'hash of the scores')],
            ['Device', deviceTitle(evidence.run.device)],
            ['Rows a call', formatCount(evidence.run.batchRows)],
            ['Threads', formatCount(evidence.run.threads)],
            ['Time', formatDuration(evidence.run.elapsedMs)],
            ['Rate', formatRate(evidence.run.rowsPerSecond, 'rows')],
            [
              'Largest difference from the CPU',
              evidence.run.parity === null ? '— (it is the CPU)' : formatNumber(evidence.run.parity),
            ],
          ]}
        />
      </Section>
      <Section title="Dataset">
        <Facts
          facts={[
            ['File', dataset.fileName],
            ['File, SHA-256', hash(dataset.sourceSha256, 'hash of the source file')],
            ['Data, SHA-256', hash(dataset.dataSha256, 'hash of the data')],
            ['Rows', formatCount(dataset.rows)],
            ['Target', dataset.target],
            ['Features', roles('feature')],
            ['Id', roles('id')],
            ['Ignored', roles('ignored')],
            [
              'Protected',
              dataset.columns
                .filter((column) => column.protected)
                .map((column) => column.name)
                .join(', ') || 'none',
            ],
          ]}
        />
      </Section>
      <Section title="Model">
        <Facts
          facts={[
            ['File', model.fileName],
            ['File, SHA-256', hash(model.sha256, 'hash of the model file')],
            ['Graph that runs, SHA-256', hash(model.servedSha256, 'hash of the graph that runs')],
            ['Binding, SHA-256', hash(model.bindingSha256, 'hash of the binding')],
            ['Producer', model.producer || '—'],
            ['Operator sets', model.opsets.map((opset) => `${opset.domain || 'ai.onnx'} ${opset.version}`).join(', ')],
            ['Parameters', formatCount(model.parameters)],
          ]}
        />
        <details>
          <summary>Binding</summary>
          <pre className="code" tabIndex={0} aria-label="Binding as JSON">
            {JSON.stringify(model.binding, null, 2)}
          </pre>
        </details>
      </Section>
    </>
  )
}
