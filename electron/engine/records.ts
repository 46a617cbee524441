/** Reading and writing the ledger's datasets, versions and runs as the contract's documents. */
import { AssayError } from '../../shared/contract/errors.ts'
import { targetName } from '../../shared/contract/dataset.ts'
import type { Dataset, DatasetSummary } from '../../shared/contract/dataset.ts'
import type { EvidenceFinding, Metric } from '../../shared/contract/evidence.ts'
import type { DatasetId, RunId, VersionId } from '../../shared/contract/ids.ts'
import type { Binding, ModelSummary, ModelVersion } from '../../shared/contract/model.ts'
import type { Run, RunState } from '../../shared/contract/run.ts'
import type { Chunk, ScoringPlan } from '../../shared/contract/scorer-messages.ts'
import type { Ledger } from './workspace/ledger.ts'

function unknown(kind: string, id: string): AssayError {
  return new AssayError({
    code: `${kind}/unknown`,
    message: `There is no ${kind} ${id} in this workspace.`,
    remedy: `List what there is: assay ${kind} list.`,
    where: { id },
  })
}

export function readDataset(ledger: Ledger, id: DatasetId): Dataset {
  const row = ledger.prepare('SELECT document FROM dataset WHERE id = ?').get(id) as { document: string } | undefined
  if (!row) throw unknown('dataset', id)
  return JSON.parse(row.document) as Dataset
}

export function listDatasets(ledger: Ledger): DatasetSummary[] {
  const rows = ledger.prepare('SELECT document FROM dataset ORDER BY created_at DESC, rowid DESC').all() as {
    document: string
  }[]
  return rows.map((row) => {
    const dataset = JSON.parse(row.document) as Dataset
    return {
      id: dataset.id,
      name: dataset.name,
      createdAt: dataset.createdAt,
      rows: dataset.rows,
      task: dataset.task,
      columns: dataset.columns.length,
      target: targetName(dataset),
      bytes: dataset.source.bytes,
      sourceFileName: dataset.source.fileName,
    }
  })
}

/** What a version's row keeps as a document; name and number come from the model it belongs to. */
export type VersionDocument = Omit<ModelVersion, 'name' | 'version' | 'binding' | 'bindingOrigin'>

interface VersionRow {
  document: string
  name: string
  version: number
  binding: string | null
  binding_origin: 'guessed' | 'user' | null
}

export function readVersion(ledger: Ledger, id: VersionId): ModelVersion {
  const row = ledger
    .prepare(
      `SELECT v.document, m.name, v.version, v.binding, v.binding_origin
       FROM version v JOIN model m ON m.id = v.model_id WHERE v.id = ?`,
    )
    .get(id) as VersionRow | undefined
  if (!row) throw unknown('model', id)
  return {
    ...(JSON.parse(row.document) as VersionDocument),
    name: row.name,
    version: row.version,
    binding: row.binding === null ? null : (JSON.parse(row.binding) as Binding),
    bindingOrigin: row.binding_origin,
  }
}

export function listModels(ledger: Ledger): ModelSummary[] {
  const models = ledger.prepare('SELECT id, name FROM model ORDER BY name').all() as {
    id: ModelSummary['id']
    name: string
  }[]
  const versions = ledger.prepare(
    `SELECT v.id, v.version, v.created_at AS createdAt, json_extract(v.document, '$.bytes') AS bytes,
            json_extract(v.binding, '$.output.task') AS task,
            (SELECT count(*) FROM run r WHERE r.version_id = v.id) AS runs
     FROM version v WHERE v.model_id = ? ORDER BY v.version DESC`,
  )
  return models.map((model) => ({ ...model, versions: versions.all(model.id) as ModelSummary['versions'] }))
}

/** What a run's row keeps as a document. */
export interface RunDocument {
  readonly requestedDevice: Run['requestedDevice']
  readonly binding: Binding
  readonly stats: Run['stats']
  readonly findings: readonly EvidenceFinding[]
  readonly headline: { name: string; metric: Metric } | null
  /** Milliseconds spent scoring before the last interruption. */
  readonly elapsedMs: number
  /** Time in which rows were being scored: without choosing a device, starting processes and being interrupted. */
  readonly scoringMs: number
  readonly resumed: number
}

interface RunRow {
  id: RunId
  version_id: VersionId
  dataset_id: DatasetId
  created_at: string
  state: RunState
  rows: number
  plan: string | null
  document: string
  scores_sha256: string | null
  evidence_sha256: string | null
  model: string
  version: number
  dataset: string
  done: number
}

const selectRun = `
  SELECT r.*, m.name AS model, v.version, d.name AS dataset,
         (SELECT coalesce(sum(c.rows), 0) FROM chunk c WHERE c.run_id = r.id) AS done
  FROM run r JOIN version v ON v.id = r.version_id JOIN model m ON m.id = v.model_id JOIN dataset d ON d.id = r.dataset_id`

function toRun(row: RunRow): Run {
  const document = JSON.parse(row.document) as RunDocument
  return {
    id: row.id,
    versionId: row.version_id,
    datasetId: row.dataset_id,
    model: row.model,
    version: row.version,
    dataset: row.dataset,
    state: row.state,
    createdAt: row.created_at,
    rows: row.rows,
    rowsDone: row.done,
    requestedDevice: document.requestedDevice,
    binding: document.binding,
    stats: document.stats,
    findings: [...document.findings],
    scoresSha256: row.scores_sha256,
    evidenceSha256: row.evidence_sha256,
    headline: document.headline,
    task: document.binding.output.task,
  }
}

export function readRun(ledger: Ledger, id: RunId): Run {
  const row = ledger.prepare(`${selectRun} WHERE r.id = ?`).get(id) as RunRow | undefined
  if (!row) throw unknown('run', id)
  return toRun(row)
}

export function listRuns(ledger: Ledger): Run[] {
  return (ledger.prepare(`${selectRun} ORDER BY r.created_at DESC, r.rowid DESC`).all() as RunRow[]).map(toRun)
}

export function readRunDocument(ledger: Ledger, id: RunId): { document: RunDocument; plan: ScoringPlan | null } {
  const row = ledger.prepare('SELECT document, plan FROM run WHERE id = ?').get(id) as
    { document: string; plan: string | null } | undefined
  if (!row) throw unknown('run', id)
  return {
    document: JSON.parse(row.document) as RunDocument,
    plan: row.plan === null ? null : (JSON.parse(row.plan) as ScoringPlan),
  }
}

export function updateRun(ledger: Ledger, id: RunId, state: RunState, document: RunDocument): void {
  ledger.prepare('UPDATE run SET state = ?, document = ? WHERE id = ?').run(state, JSON.stringify(document), id)
}

export type ChunkRecord = Pick<Chunk, 'number' | 'rows' | 'sha256' | 'bytes' | 'firstRow'>

export function listChunks(ledger: Ledger, id: RunId): ChunkRecord[] {
  return ledger
    .prepare('SELECT number, first_row AS firstRow, rows, sha256, bytes FROM chunk WHERE run_id = ? ORDER BY number')
    .all(id) as ChunkRecord[]
}
