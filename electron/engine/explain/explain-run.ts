/** Explains a run: attributions of its rows, what they say together, and the section "explanation" of its evidence. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import { explanationSchema } from '../../../shared/contract/explain.ts'
import type { Explanation, ExplainRequest, ExplainedOutput } from '../../../shared/contract/explain.ts'
import { spaceNote } from '../../../shared/explain/graph/explained-outputs.ts'
import { openDuck } from '../../data-plane/duck.ts'
import type { Engine } from '../engine.ts'
import { addSection, readEvidence } from '../evaluation/evidence-store.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset } from '../records.ts'
import { Scorer } from '../scoring/ask-scorer.ts'
import { attributeBySampling, attributeExactly } from './attribute-rows.ts'
import type { Attributed, Wish } from './attribute-rows.ts'
import { chooseMethod, methodTitles } from './choose-method.ts'
import { mostBackground } from './exact-rows.ts'
import { storeFiles } from './explanation-store.ts'
import { fitSection } from './fit-section.ts'
import { measureEffects } from './measure-effects.ts'
import { playersOf } from '../../../shared/explain/graph/exact-core.ts'
import { readSubject } from './subject.ts'
import type { Subject } from './subject.ts'
import { meanMetric, overRows } from '../../../shared/explain/mean-metric.ts'
import { summariseValues } from './summarise.ts'

const shownPairs = 20

/** @throws AssayError run/not-evaluated, explain/* */
export async function explainRun(engine: Engine, request: ExplainRequest, context: JobContext): Promise<Explanation> {
  const { workspace } = engine
  // The section needs an evidence to go into: better said now than after the work.
  await readEvidence(engine, request.id)
  const subject = await readSubject(engine, request.id)
  const reference = request.background === null ? subject.dataset : readDataset(workspace.ledger, request.background)
  const valuesPath = workspace.temporary('.parquet')
  const temporary = [valuesPath]
  const scorer = await Scorer.start(engine.launcher)
  try {
    const width = subject.core?.sources.columns?.length ?? null
    const known = subject.core && width !== null ? playersOf(subject.core, width, subject.columns).count : null
    const method = chooseMethod(subject, request.method, known)
    const wish = { engine, subject, reference, request, valuesPath, scorer, context }
    const found =
      method === 'tree' || method === 'linear' ? await attributeExactly(wish) : await attributeBySampling(wish, method)
    if (found.statePath) temporary.push(found.statePath)
    const outputs = await summarise(wish, found)
    const more = request.effects ? await measureEffects(wish, found, outputs) : null
    const stored = await storeFiles(engine, request.id, valuesPath, found.statePath)
    const explanation: Explanation = fitSection({
      schema: 'assay.explanation/1',
      createdAt: new Date().toISOString(),
      method,
      methodTitle: methodTitles[method],
      game: method === 'tree' ? request.game : 'interventional',
      exact: found.sampling === null,
      space: found.space,
      spaceNote: spaceNote(found.space),
      players: [...found.players],
      outputs,
      reference: {
        datasetId: reference.id,
        name: reference.name,
        dataSha256: reference.data.sha256,
        rows: reference.rows,
        used: found.referenceUsed,
      },
      rows: { total: subject.dataset.rows, explained: found.rows },
      additivity: found.additivity,
      parity: found.parity,
      sampling: found.sampling,
      importance: more?.importance ?? null,
      effects: more?.effects ?? [],
      surrogate: more?.surrogate ?? null,
      friedman: more?.friedman ?? null,
      quality: more?.quality ?? null,
      seed: request.seed,
      threads: engine.threads,
      elapsedMs: Math.round(found.elapsedMs),
      rowsPerSecond: Math.round(found.rows / Math.max(1e-3, found.elapsedMs / 1000)),
      ...stored,
      findings: [...found.findings, ...findingsOf(subject, request, found, reference.rows, more?.importance ?? null)],
    })
    await addSection(engine, request.id, 'explanation', explanationSchema.parse(explanation))
    return explanation
  } finally {
    scorer.stop()
    for (const path of temporary) await rm(path, { force: true })
  }
}

async function summarise(wish: Wish, found: Attributed): Promise<ExplainedOutput[]> {
  const { engine, subject, valuesPath, context } = wish
  const { workspace } = engine
  const duck = await openDuck({ temporaryDirectory: join(workspace.folder, 'tmp') })
  try {
    const outputs = await summariseValues({
      duck,
      valuesPath,
      dataPath: workspace.files.path(subject.dataset.data.sha256),
      dataset: subject.dataset,
      players: found.players,
      outputs: found.outputs,
      rows: found.rows,
      complete: found.complete,
      context,
    })
    return outputs.map((output, k) => ({ ...output, interactions: topPairs(found, k) }))
  } finally {
    duck.close()
  }
}

function topPairs({ pairs, players }: Attributed, output: number): ExplainedOutput['interactions'] {
  if (!pairs || pairs.sum.length === 0) return []
  const count = players.length
  const all: { a: number; b: number; at: number }[] = []
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const at = (output * count + a) * count + b
      if (pairs.sum[at]! > 0) all.push({ a, b, at })
    }
  }
  return all
    .sort((left, right) => pairs.sum[right.at]! - pairs.sum[left.at]!)
    .slice(0, shownPairs)
    .map(({ a, b, at }) => {
      const mean = pairs.sum[at]! / pairs.rows
      const variance = Math.max(0, pairs.squares[at]! / pairs.rows - mean * mean)
      const deviation = pairs.rows > 1 ? Math.sqrt((variance * pairs.rows) / (pairs.rows - 1)) : null
      return { a, b, meanAbs: meanMetric(mean, deviation, pairs.rows, overRows) }
    })
}

function findingsOf(
  subject: Subject,
  request: ExplainRequest,
  found: Attributed,
  referenceRows: number,
  importance: Explanation['importance'],
): EvidenceFinding[] {
  const findings: EvidenceFinding[] = []
  const note = (code: string, message: string, remedy: string, where: EvidenceFinding['where']) =>
    findings.push({ code, severity: 'note', message, remedy, ...(where ? { where } : {}) })
  if (!found.complete) {
    note(
      'explain/rows-sampled',
      `${found.rows} of ${subject.dataset.rows} rows are explained, evenly spaced: each takes many calls of the model.`,
      'Ask for more with --rows.',
      { rows: found.rows, total: subject.dataset.rows },
    )
  }
  if (found.referenceUsed < referenceRows) {
    note(
      'explain/background-sampled',
      `Absent columns take their values from ${found.referenceUsed} of the background's ${referenceRows} rows, evenly spaced.`,
      'Nothing to do; or choose a smaller background.',
      { rows: found.referenceUsed, total: referenceRows, limit: mostBackground },
    )
  }
  const shuffled = importance?.features.length ?? 0
  const columns = found.players.filter((player) => player.columns.length > 0).length
  if (importance && shuffled < columns) {
    note(
      'explain/importance-of-some',
      `${shuffled} of ${columns} columns have a permutation importance: those with the largest attributions and those with none, because each takes many scored rows.`,
      'Look at the attributions of the others.',
      { columns: shuffled, total: columns },
    )
  }
  if (request.background === null) {
    note(
      'explain/reference-is-run',
      `What an absent column is was taken from the run's own dataset, "${subject.dataset.name}".`,
      'To explain against the training data, name it with --background.',
      { dataset: subject.dataset.name },
    )
  }
  return findings
}
