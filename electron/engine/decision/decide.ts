/** Operating points and curves of a run, from its sorted counts. */
import { AssayError } from '../../../shared/contract/errors.ts'
import { decisionSectionSchema } from '../../../shared/contract/decision.ts'
import type {
  DecisionQuery,
  DecisionRequest,
  DecisionSection,
  OperatingPoint,
  Payoff,
} from '../../../shared/contract/decision.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { atBestValue, atCapacity, atThreshold } from '../../../shared/decision/cumulative-counts.ts'
import { decisionCurve, gainCurve, valueCurve } from '../../../shared/decision/decision-curves.ts'
import { operatingPoint } from '../../../shared/decision/operating-point.ts'
import type { Engine } from '../engine.ts'
import { addSection, readEvidence } from '../evaluation/evidence-store.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset, readRun } from '../records.ts'
import { defaultThreshold } from './chosen-threshold.ts'
import { decisionTable } from './decision-tables.ts'
import type { DecisionTable } from './decision-tables.ts'
import { weightsUnused } from '../evaluation/weights-unused.ts'

/** The section of an evidence document that a decision becomes. */
export const decisionSection = 'decision'

/** @throws AssayError decision/payoff, where selecting a positive row is worth less than leaving it */
function checkPayoff(payoff: Payoff | undefined): void {
  if (!payoff) return
  const wrong =
    payoff.truePositive < payoff.falseNegative
      ? 'a positive row is worth less selected than missed'
      : payoff.trueNegative < payoff.falsePositive
        ? 'a negative row is worth more selected than left alone'
        : null
  if (wrong === null) return
  throw new AssayError({
    code: 'decision/payoff',
    message: `With this payoff ${wrong}: no threshold from the highest score down can be best.`,
    remedy: 'Give costs as negative numbers, for example false positive −1, false negative −5.',
  })
}

function pointAt({ counts, probabilities }: DecisionTable, query: DecisionQuery, payoff?: Payoff): OperatingPoint {
  const common = { counts, probabilities, payoff }
  if ('threshold' in query) {
    return operatingPoint({ ...common, at: atThreshold(counts, query.threshold), threshold: query.threshold })
  }
  if ('capacity' in query) return operatingPoint({ ...common, at: atCapacity(counts, query.capacity) })
  if (!payoff) {
    throw new AssayError({
      code: 'decision/no-payoff',
      message: 'The best value needs a payoff.',
      remedy: 'Say what a true positive, false positive, false negative and true negative are worth.',
    })
  }
  return operatingPoint({ ...common, at: atBestValue(counts, payoff) })
}

/** @throws AssayError decision/payoff, decision/no-payoff, and what decisionTable throws */
export async function decideAt(
  engine: Engine,
  id: RunId,
  query: DecisionQuery,
  payoff: Payoff | undefined,
  context: JobContext,
): Promise<OperatingPoint> {
  checkPayoff(payoff)
  return pointAt(await decisionTable(engine, id, context), query, payoff)
}

/** @throws AssayError decision/payoff, and what decisionTable throws */
export async function lookAtDecision(
  engine: Engine,
  { id, payoff, capacity }: DecisionRequest,
  context: JobContext,
): Promise<DecisionSection> {
  checkPayoff(payoff)
  const table = await decisionTable(engine, id, context)
  const { counts, probabilities } = table
  const run = readRun(engine.workspace.ledger, id)
  return decisionSectionSchema.parse({
    schema: 'assay.decision/1',
    createdAt: new Date().toISOString(),
    runId: id,
    scoresSha256: table.scoresSha256,
    positive: run.binding.output.positive ?? '1',
    confidence: 0.95,
    rows: {
      used: counts.positives + counts.negatives,
      positives: counts.positives,
      distinctScores: counts.threshold.length,
    },
    probabilities,
    payoff: payoff ?? null,
    capacity: capacity ?? null,
    evaluated: pointAt(table, { threshold: await evaluatedThreshold(engine, id) }, payoff),
    best: payoff ? pointAt(table, { best: 'value' }, payoff) : null,
    atCapacity: capacity === undefined ? null : pointAt(table, { capacity }, payoff),
    decisionCurve: probabilities ? decisionCurve(counts) : null,
    gainCurve: gainCurve(counts),
    valueCurve: payoff ? valueCurve(counts, payoff, probabilities) : null,
    findings: weightsUnused(readDataset(engine.workspace.ledger, run.datasetId), 'The decision'),
  } satisfies DecisionSection)
}

/** What the run was evaluated at, or would be. */
async function evaluatedThreshold(engine: Engine, id: RunId): Promise<number> {
  const run = readRun(engine.workspace.ledger, id)
  if (run.evidenceSha256 !== null) {
    const { detail } = (await readEvidence(engine, id)).evidence
    if (detail.kind === 'binary') return detail.threshold
  }
  return defaultThreshold(engine.workspace.ledger, run.versionId)
}

/** @throws AssayError run/not-evaluated, and what lookAtDecision throws */
export async function addDecision(engine: Engine, request: DecisionRequest, context: JobContext): Promise<void> {
  // Asked first, so that a run without evidence is refused before anything is computed.
  await readEvidence(engine, request.id)
  const section = await lookAtDecision(engine, request, context)
  await addSection(engine, request.id, decisionSection, section)
}
