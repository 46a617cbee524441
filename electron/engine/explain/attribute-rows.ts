/** The attributions of a run's rows by the chosen method, in one form whatever it is. */
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { Explanation, ExplainRequest, Player } from '../../../shared/contract/explain.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { Scorer } from '../scoring/ask-scorer.ts'
import { chooseMethod } from './choose-method.ts'
import { explainAllRows } from './exact-rows.ts'
import { writeState } from './explanation-state.ts'
import { openFront } from './front.ts'
import { fedColumns } from '../../../shared/explain/given-rows.ts'
import { readEvenly } from './read-rows.ts'
import { openPredictor } from './predictor.ts'
import {
  affordableRows,
  affordableSamples,
  errorShare,
  explainBySampling,
} from '../../../shared/explain/sampling/sampled-rows.ts'
import { playersOf } from '../../../shared/explain/graph/exact-core.ts'
import type { Reference } from './row-worker.ts'
import { describePlayers } from './subject.ts'
import type { Subject } from './subject.ts'
import { ValuesFile } from './values-file.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

const defaultRows = { exact: 20, permutation: 200, kernel: 200 } as const
export const sampledBackground = 10_000

/** What the methods have in common, before it is summarised. */
export interface Attributed {
  readonly method: Explanation['method']
  readonly players: readonly Player[]
  readonly outputs: readonly { readonly name: string; readonly base: number }[]
  readonly space: Explanation['space']
  readonly rows: number
  readonly complete: boolean
  readonly referenceUsed: number
  readonly additivity: Explanation['additivity']
  readonly parity: Explanation['parity']
  readonly sampling: Explanation['sampling']
  readonly pairs: { readonly sum: Float64Array; readonly squares: Float64Array; readonly rows: number } | null
  readonly statePath: string | null
  /** Covers, means or background of an exact method. */
  readonly reference: Reference | null
  readonly elapsedMs: number
  readonly findings: readonly EvidenceFinding[]
}

export interface Wish {
  readonly engine: Engine
  readonly subject: Subject
  readonly reference: Subject['dataset']
  readonly request: ExplainRequest
  readonly valuesPath: string
  readonly scorer: Scorer
  readonly context: JobContext
}

export async function attributeExactly(wish: Wish): Promise<Attributed> {
  const { engine, subject, reference, request, valuesPath, scorer, context } = wish
  const core = subject.core!
  const front = await openFront(engine, subject, core, scorer)
  try {
    const players = playersOf(core, front.width, subject.columns)
    if (players.count < 2 && subject.columns.length > 1) chooseMethod(subject, 'tree', players.count)
    const found = await explainAllRows({
      engine,
      subject,
      core,
      players,
      front,
      reference,
      request,
      valuesPath,
      context,
    })
    const statePath = engine.workspace.temporary('.json')
    await writeState(statePath, found.reference)
    const inputs = new Array<number>(players.count).fill(0)
    for (const player of players.ofInput) inputs[player]!++
    const described = describePlayers(subject.dataset, subject.columns, players.columns, (player) => inputs[player]!)
    return {
      method: core.kind === 'trees' ? 'tree' : 'linear',
      reference: found.reference,
      players: described,
      outputs: core.outputs.names.map((name, k) => ({ name, base: found.base[k]! })),
      space: core.outputs.space,
      rows: subject.dataset.rows,
      complete: true,
      referenceUsed: found.referenceUsed,
      additivity: found.additivity,
      parity: found.parity,
      sampling: null,
      pairs: found.pairs,
      statePath,
      elapsedMs: found.elapsedMs,
      findings: described
        .filter((player) => player.kind === 'joint')
        .map((player) => ({
          code: 'explain/joined-columns',
          severity: 'note' as const,
          message: `${player.columns.join(', ')} are mixed before the core of the model, so they are explained as one.`,
          remedy: 'Use --method permutation to tell them apart.',
          where: { columns: player.columns.join(', ').slice(0, 300) },
        })),
    }
  } finally {
    await front.close()
  }
}

export async function attributeBySampling(wish: Wish, method: 'exact' | 'permutation' | 'kernel'): Promise<Attributed> {
  const { engine, subject, reference, request, valuesPath, scorer, context } = wish
  const started = performance.now()
  const columns = fedColumns(subject.version, subject.binding)
  const background = await readEvenly(engine, reference, columns, sampledBackground)
  const usual = method === 'exact' ? defaultRows.exact : affordableRows(columns.length, defaultRows[method])
  const rows = await readEvenly(engine, subject.dataset, columns, request.rows ?? usual)
  const predictor = await openPredictor(engine, subject, scorer)
  const found = await explainBySampling({
    method,
    names: predictor.names,
    predict: (given, n) => predictor.predict(given, n, context.signal),
    columns: subject.columns,
    rows,
    background,
    seed: request.seed,
    // Rows that were asked for are worth what they cost.
    ...(request.rows === null && method !== 'exact'
      ? { most: affordableSamples(method, columns.length, rows.rows) }
      : {}),
    context,
  })
  const outputs = predictor.names.length
  const players = subject.columns.length
  const file = await ValuesFile.open(engine, outputs, players)
  try {
    const numbers = BigInt64Array.from(rows.numbers, BigInt)
    await file.write({ rows: rows.rows, numbers, margins: found.scores, values: found.values })
    await file.finish(valuesPath)
  } finally {
    await file.close()
  }
  let largest = 0
  let size = 0
  for (let k = 0; k < outputs; k++) {
    for (let row = 0; row < rows.rows; row++) {
      let sum = found.base[k]!
      for (let p = 0; p < players; p++) sum += found.values[(k * players + p) * rows.rows + row]!
      largest = Math.max(largest, Math.abs(sum - found.scores[k * rows.rows + row]!))
      size = Math.max(size, Math.abs(sum))
    }
  }
  const { task } = subject.binding.output
  const errors = found.errors
  return {
    method,
    reference: null,
    players: describePlayers(
      subject.dataset,
      subject.columns,
      subject.columns.map((_, k) => [k]),
      () => 1,
    ),
    outputs: predictor.names.map((name, k) => ({ name, base: found.base[k]! })),
    space: givesOneNumber(task) ? 'target' : 'probability',
    rows: rows.rows,
    complete: rows.rows === subject.dataset.rows,
    referenceUsed: found.backgroundUsed,
    additivity: { largest, bound: 1e-9 * (1 + size) },
    parity: null,
    sampling: errors && {
      evaluations: predictor.evaluations(),
      meanError: errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length),
      largestError: errors.reduce((most, error) => Math.max(most, error), 0),
      converged: found.converged,
      rule: `until every standard error is at most ${errorShare * 100} % of the standard deviation of the background's scores`,
    },
    pairs: null,
    statePath: null,
    elapsedMs: performance.now() - started,
    findings:
      errors && found.converged < rows.rows
        ? [
            {
              code: 'explain/not-converged',
              severity: 'warning',
              message: `${rows.rows - found.converged} of ${rows.rows} rows reached the limit of samples before their errors were small.`,
              remedy: 'Look at the standard errors of their attributions.',
              where: { rows: rows.rows - found.converged },
            },
          ]
        : [],
  }
}
