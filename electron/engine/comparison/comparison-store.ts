/** Comparisons on the disk: one canonical document each, named by its hash, gone with the runs that it compares. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import canonicalize from 'canonicalize'
import { AssayError } from '../../../shared/contract/errors.ts'
import { comparisonSchema } from '../../../shared/contract/comparison.ts'
import type { Comparison, ComparisonSummary, ContenderKey } from '../../../shared/contract/comparison.ts'
import type { Rows } from '../../../shared/contract/dataset.ts'
import type { ComparisonId, RunId } from '../../../shared/contract/ids.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { scratchFolder } from '../../data-plane/scratch.ts'
import type { Engine } from '../engine.ts'
import { addSection } from '../evaluation/evidence-store.ts'
import { readDataset, readRun } from '../records.ts'
import { newId } from '../workspace/new-id.ts'

/** The section of an evidence document that a comparison becomes. */
export const comparisonSection = 'comparison'

export async function storeComparison(engine: Engine, comparison: Comparison): Promise<ComparisonId> {
  const { workspace } = engine
  const temporary = workspace.temporary('.json')
  try {
    await writeFile(temporary, canonicalize(comparison)!)
    const file = await workspace.files.take(temporary)
    const id = newId<ComparisonId>('cmp')
    const runs = comparison.contenders.flatMap(({ run }) => (run ? [run.id] : []))
    const summary: ComparisonSummary = {
      id,
      createdAt: comparison.createdAt,
      datasetId: comparison.dataset.id,
      dataset: comparison.dataset.name,
      task: comparison.task,
      runs,
      titles: comparison.contenders.flatMap(({ run, title }) => (run ? [title] : [])),
      sha256: file.sha256,
    }
    workspace.change('runs compared', id, { runs, sha256: file.sha256 }, (time) => {
      const { ledger, files } = workspace
      files.record(file, 'comparison', time)
      ledger.prepare('INSERT OR IGNORE INTO file_use VALUES (?, ?)').run(id, file.sha256)
      ledger
        .prepare('INSERT INTO comparison VALUES (?, ?, ?, ?, ?)')
        .run(id, comparison.createdAt, comparison.dataset.id, file.sha256, JSON.stringify(summary))
      const link = ledger.prepare('INSERT INTO comparison_run VALUES (?, ?)')
      for (const run of runs) link.run(id, run)
    })
    engine.jobs.changed('runs')
    return id
  } finally {
    await rm(temporary, { force: true })
  }
}

export function listComparisons(engine: Engine): ComparisonSummary[] {
  const rows = engine.workspace.ledger
    .prepare('SELECT summary FROM comparison ORDER BY created_at DESC, rowid DESC')
    .all() as { summary: string }[]
  return rows.map((row) => JSON.parse(row.summary) as ComparisonSummary)
}

/** @throws AssayError comparison/unknown */
export async function readComparison(
  engine: Engine,
  id: ComparisonId,
): Promise<{ summary: ComparisonSummary; comparison: Comparison }> {
  const row = engine.workspace.ledger.prepare('SELECT summary FROM comparison WHERE id = ?').get(id) as
    { summary: string } | undefined
  if (!row) {
    throw new AssayError({
      code: 'comparison/unknown',
      message: `There is no comparison ${id} in this workspace.`,
      remedy: 'It is removed together with any of its runs. Compare again.',
      where: { id },
    })
  }
  const summary = JSON.parse(row.summary) as ComparisonSummary
  const text = await readFile(engine.workspace.files.path(summary.sha256), 'utf8')
  return { summary, comparison: comparisonSchema.parse(JSON.parse(text)) }
}

/** @throws AssayError comparison/unknown */
export async function removeComparison(engine: Engine, id: ComparisonId): Promise<void> {
  const { workspace } = engine
  const { summary } = await readComparison(engine, id)
  workspace.change('comparison removed', id, { sha256: summary.sha256 }, () => {
    workspace.ledger.prepare('DELETE FROM file_use WHERE owner = ?').run(id)
    workspace.ledger.prepare('DELETE FROM comparison WHERE id = ?').run(id)
  })
  engine.jobs.changed('runs')
}

/** Puts a comparison into the evidence of one of its runs. @throws AssayError comparison/unknown, comparison/other-run */
export async function attachComparison(engine: Engine, id: ComparisonId, runId: RunId): Promise<string> {
  const { summary, comparison } = await readComparison(engine, id)
  if (!summary.runs.includes(runId)) {
    throw new AssayError({
      code: 'comparison/other-run',
      message: `The comparison ${id} does not hold the run ${runId}.`,
      remedy: `It holds ${summary.runs.join(', ')}.`,
      where: { run: runId },
    })
  }
  await addSection(engine, runId, comparisonSection, comparison)
  return readRun(engine.workspace.ledger, runId).evidenceSha256!
}

/**
 * The dataset's values of the rows that changed sides, in the comparison's order.
 * @throws AssayError comparison/unknown, comparison/no-such-pair
 */
export async function changedRows(
  engine: Engine,
  id: ComparisonId,
  other: ContenderKey,
  side: 'fixed' | 'broken',
): Promise<Rows> {
  const { comparison } = await readComparison(engine, id)
  const pair = comparison.pairs.find((one) => one.other === other)
  if (!pair) {
    throw new AssayError({
      code: 'comparison/no-such-pair',
      message: `${other} is not among the models of this comparison.`,
      remedy: `Choose one of ${comparison.pairs.map((one) => one.other).join(', ')}.`,
      where: { other },
    })
  }
  const changed = side === 'fixed' ? pair.changed.fixedRows : pair.changed.brokenRows
  const dataset = readDataset(engine.workspace.ledger, comparison.dataset.id)
  const columns = dataset.columns.filter(({ type }) => type !== 'image')
  const head = [
    { name: 'row', type: 'integer' as const },
    { name: 'truth', type: 'string' as const },
    { name: 'reference', type: 'string' as const },
    { name: 'other', type: 'string' as const },
  ]
  const shown = [...head, ...columns.map(({ name, type }) => ({ name, type }))]
  if (changed.length === 0) return { columns: shown, rows: [], total: 0 }
  const duck = await openDuck({ temporaryDirectory: scratchFolder() })
  try {
    const path = quotePath(engine.workspace.files.path(dataset.data.sha256))
    const select = columns.map(({ name }) => `${quoteIdentifier(name)}::VARCHAR`).join(', ')
    const numbers = changed.map(({ row }) => row - 1)
    const result = await duck.run(
      `SELECT file_row_number::BIGINT, ${select} FROM read_parquet(${path}, file_row_number = true)
       WHERE file_row_number IN (${numbers.join(', ')})`,
    )
    const values = new Map((await result.getRows()).map(([row, ...rest]) => [Number(row), rest as (string | null)[]]))
    return {
      columns: shown,
      rows: changed.map(({ row, truth, reference, other: answer }) => [
        String(row),
        truth,
        reference,
        answer,
        ...(values.get(row - 1) ?? columns.map(() => null)),
      ]),
      total: side === 'fixed' ? pair.changed.fixed : pair.changed.broken,
    }
  } finally {
    duck.close()
  }
}
