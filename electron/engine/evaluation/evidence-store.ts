/** The evidence of a run: written whole, named by its hash, extended by analyses in one step each. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import canonicalize from 'canonicalize'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { evidenceSchema } from '../../../shared/contract/run.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import type { Engine } from '../engine.ts'
import { readRun, readRunDocument, updateRun } from '../records.ts'

/** Writes the canonical form (RFC 8785) and points the run at it. */
export async function storeEvidence(engine: Engine, runId: RunId, evidence: Evidence, event: string): Promise<void> {
  const { workspace } = engine
  const temporary = workspace.temporary('.json')
  try {
    await writeFile(temporary, canonicalize(evidence)!)
    const file = await workspace.files.take(temporary)
    const { document } = readRunDocument(workspace.ledger, runId)
    const metric = evidence.metrics[evidence.headline]
    workspace.change(event, runId, { evidenceSha256: file.sha256 }, (time) => {
      workspace.files.record(file, 'evidence', time)
      workspace.ledger.prepare('UPDATE run SET evidence_sha256 = ? WHERE id = ?').run(file.sha256, runId)
      updateRun(workspace.ledger, runId, 'evaluated', {
        ...document,
        headline: metric ? { name: evidence.headline, metric } : null,
      })
    })
    engine.jobs.changed('runs')
    // Gates and reviews are of the evidence as it was.
    engine.jobs.changed('approvals')
  } finally {
    await rm(temporary, { force: true })
  }
}

/** @throws AssayError run/not-evaluated */
export async function readEvidence(engine: Engine, runId: RunId): Promise<{ evidence: Evidence; sha256: string }> {
  const run = readRun(engine.workspace.ledger, runId)
  if (run.evidenceSha256 === null) {
    throw new AssayError({
      code: 'run/not-evaluated',
      message: `The run ${runId} has no evaluation yet.`,
      remedy: `Evaluate it: assay evaluate ${runId}`,
    })
  }
  const text = await readFile(engine.workspace.files.path(run.evidenceSha256), 'utf8')
  return { evidence: evidenceSchema.parse(JSON.parse(text)), sha256: run.evidenceSha256 }
}

/**
 * Adds what an analysis found to a run's evidence, in place of what it found before. The evidence has a new hash then,
 * so an approval of the former no longer covers it.
 * @throws AssayError run/not-evaluated
 */
export async function addSection(engine: Engine, runId: RunId, name: string, section: unknown): Promise<Evidence> {
  const { evidence } = await readEvidence(engine, runId)
  const extended = evidenceSchema.parse({ ...evidence, sections: { ...evidence.sections, [name]: section } })
  await storeEvidence(engine, runId, extended, `${name} added`)
  return extended
}
