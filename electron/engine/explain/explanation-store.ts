/** Where an explanation lies: a section of the evidence, and files that the run holds. */
import { AssayError } from '../../../shared/contract/errors.ts'
import { explanationSchema } from '../../../shared/contract/explain.ts'
import type { Explanation } from '../../../shared/contract/explain.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Engine } from '../engine.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'

export async function storeFiles(
  engine: Engine,
  id: RunId,
  valuesPath: string,
  statePath: string | null,
): Promise<Pick<Explanation, 'valuesSha256' | 'stateSha256'>> {
  const { workspace } = engine
  const values = await workspace.files.take(valuesPath)
  const state = statePath ? await workspace.files.take(statePath) : null
  const owner = explanationOwner(id)
  workspace.change('explanation stored', id, { values: values.sha256 }, (time) => {
    workspace.ledger.prepare('DELETE FROM file_use WHERE owner = ?').run(owner)
    for (const file of [values, ...(state ? [state] : [])]) {
      workspace.files.record(file, 'explanation', time)
      workspace.ledger.prepare('INSERT INTO file_use VALUES (?, ?)').run(owner, file.sha256)
    }
  })
  return { valuesSha256: values.sha256, stateSha256: state?.sha256 ?? null }
}

/** Who holds the stored files of a run's explanation. */
const explanationOwner = (id: RunId): string => `explanation ${id}`

/** null where the run has none. @throws AssayError run/not-evaluated */
export async function readExplanation(engine: Engine, id: RunId): Promise<Explanation | null> {
  const { evidence } = await readEvidence(engine, id)
  const section = evidence.sections?.['explanation']
  return section === undefined ? null : explanationSchema.parse(section)
}

export function noExplanation(id: RunId): AssayError {
  return new AssayError({
    code: 'explain/none',
    message: `The run ${id} has no explanation yet.`,
    remedy: `Make one: assay explain ${id}`,
  })
}
