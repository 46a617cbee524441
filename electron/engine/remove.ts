/** Removing a dataset, version or run. What others stand on is refused; the audit log keeps what was removed. */
import { rm } from 'node:fs/promises'
import { AssayError } from '../../shared/contract/errors.ts'
import type { DatasetId, RunId, VersionId } from '../../shared/contract/ids.ts'
import { refuseWhileReviewed } from './approval/review-store.ts'
import { numbersOwner } from './datasets/keep-numbers.ts'
import type { Engine } from './engine.ts'
import { refuseWhileMonitored } from './monitor/monitor-store.ts'
import { readDataset, readRun, readVersion } from './records.ts'

function refuseWhileUsed(engine: Engine, column: 'dataset_id' | 'version_id', id: string, what: string): void {
  const { n } = engine.workspace.ledger.prepare(`SELECT count(*) AS n FROM run WHERE ${column} = ?`).get(id) as {
    n: number
  }
  if (n === 0) return
  throw new AssayError({
    code: `${what}/in-use`,
    message: `${n} ${n === 1 ? 'run uses' : 'runs use'} it.`,
    remedy: 'Remove those runs first.',
    where: { runs: n },
  })
}

/** Forgets stored files that nothing points at any more, then deletes them. */
async function dropUnused(engine: Engine): Promise<void> {
  engine.workspace.ledger.exec(`
    DELETE FROM file WHERE sha256 NOT IN (
      SELECT data_sha256 FROM dataset UNION SELECT sha256 FROM version UNION SELECT served_sha256 FROM version
      UNION SELECT sha256 FROM version_file
      UNION SELECT sha256 FROM policy UNION SELECT sha256 FROM gate_result UNION SELECT sha256 FROM file_use
      UNION SELECT evidence_sha256 FROM run WHERE evidence_sha256 IS NOT NULL)`)
  await engine.workspace.files.sweep()
}

export async function removeDataset(engine: Engine, id: DatasetId): Promise<void> {
  const { workspace } = engine
  const dataset = readDataset(workspace.ledger, id)
  refuseWhileUsed(engine, 'dataset_id', id, 'dataset')
  workspace.change('dataset removed', id, { name: dataset.name, sha256: dataset.source.sha256 }, () => {
    workspace.ledger.prepare('DELETE FROM dataset WHERE id = ?').run(id)
    workspace.ledger.prepare('DELETE FROM file_use WHERE owner = ?').run(numbersOwner(id))
  })
  await dropUnused(engine)
  engine.jobs.changed('datasets')
}

export async function removeVersion(engine: Engine, id: VersionId): Promise<void> {
  const { workspace } = engine
  const version = readVersion(workspace.ledger, id)
  refuseWhileUsed(engine, 'version_id', id, 'model')
  refuseWhileReviewed(workspace.ledger, 'version_id', id)
  refuseWhileMonitored(workspace.ledger, id)
  workspace.change(
    'version removed',
    id,
    { name: version.name, version: version.version, sha256: version.sha256 },
    () => {
      workspace.ledger.prepare('DELETE FROM version WHERE id = ?').run(id)
      workspace.ledger.prepare('DELETE FROM model WHERE id NOT IN (SELECT model_id FROM version)').run()
    },
  )
  await dropUnused(engine)
  engine.jobs.changed('models')
}

export async function removeRun(engine: Engine, id: RunId): Promise<void> {
  const { workspace } = engine
  const run = readRun(workspace.ledger, id)
  if (run.state === 'scoring') {
    throw new AssayError({ code: 'run/busy', message: 'The run is being scored.', remedy: 'Cancel it first.' })
  }
  refuseWhileReviewed(workspace.ledger, 'run_id', id)
  workspace.change('run removed', id, { evidenceSha256: run.evidenceSha256, scoresSha256: run.scoresSha256 }, () => {
    workspace.ledger.prepare('DELETE FROM run WHERE id = ?').run(id)
    // Its attributions of every row; reviews keep theirs.
    workspace.ledger.prepare('DELETE FROM file_use WHERE owner = ?').run(`explanation ${id}`)
  })
  await rm(workspace.runFolder(id), { recursive: true, force: true })
  await dropUnused(engine)
  engine.jobs.changed('runs')
}
