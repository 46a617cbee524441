/** Compares runs of one dataset with each other and with baselines: gather, compute in a worker thread, store. */
import type { ContenderScores } from '../../../shared/comparison/compare-contenders.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { comparisonSchema } from '../../../shared/contract/comparison.ts'
import type { Comparison, ComparisonRequest, Contender } from '../../../shared/contract/comparison.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { ComparisonId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { headlineMetrics, metricDefinitions } from '../../../shared/metrics/definitions.ts'
import { plural, formatShort } from '../../../shared/format/number.ts'
import type { Engine } from '../engine.ts'
import { defaultThreshold } from '../decision/chosen-threshold.ts'
import { readEvidence } from '../evaluation/evidence-store.ts'
import { runAnalysis } from '../evaluation/run-analysis.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset, readRun } from '../records.ts'
import { canaryOrder, describeCanary, planCanary, readCanaryRows } from './canary-rows.ts'
import { storeComparison } from './comparison-store.ts'
import { gatherRuns } from './gather-runs.ts'
import { groupColumns } from './group-columns.ts'
import { makeBaselines } from './make-baselines.ts'
import { oneAnswerTask } from '../evaluation/gather-run.ts'
import { weightsUnused } from '../evaluation/weights-unused.ts'

/** Every resampling in Assay starts from this seed, so that the same runs give the same document. */
const seed = 20_240_229

/** The runs of a request, checked. @throws AssayError comparison/*, canary/*, run/not-scored, run/unknown */
export function comparableRuns(engine: Engine, request: ComparisonRequest): Run[] {
  const runs = request.runs.map((id) => readRun(engine.workspace.ledger, id))
  const first = runs[0]!
  oneAnswerTask(first.task, 'A comparison')
  if (new Set(request.runs).size < request.runs.length) {
    throw new AssayError({
      code: 'comparison/same-run',
      message: 'A run is named twice; it differs from itself by nothing.',
      remedy: 'Choose different runs.',
    })
  }
  for (const run of runs) {
    if (run.scoresSha256 === null) {
      throw new AssayError({
        code: 'run/not-scored',
        message: `The run ${run.id} is ${run.state}; ${run.rowsDone} of ${run.rows} rows are scored.`,
        remedy: 'Resume it first.',
        where: { run: run.id, state: run.state },
      })
    }
    if (run.datasetId !== first.datasetId) {
      throw new AssayError({
        code: 'comparison/datasets-differ',
        message: `${run.id} is on "${run.dataset}", ${first.id} on "${first.dataset}". Pairs need the same rows.`,
        remedy: `Score ${run.model} ${run.version} on "${first.dataset}" and compare that run.`,
        where: { run: run.id, dataset: run.dataset },
      })
    }
    const { task, positive } = run.binding.output
    if (task !== first.task || positive !== first.binding.output.positive) {
      throw new AssayError({
        code: 'comparison/tasks-differ',
        message: `${run.id} is ${task}${positive === null ? '' : ` with "${positive}" as positive`}; the first run is ${first.task}${first.binding.output.positive === null ? '' : ` with "${first.binding.output.positive}"`}.`,
        remedy: 'Compare runs of one task, or change the binding and score again.',
        where: { run: run.id },
      })
    }
  }
  for (const metric of Object.keys(request.margins ?? {})) {
    const { better } = metricDefinitions[metric] ?? { better: undefined }
    if (better === 'higher' || better === 'lower') continue
    throw new AssayError({
      code: 'comparison/margin',
      message: `There is no metric "${metric}" that a margin can be set for.`,
      remedy: `Name a metric with a better and a worse side, for example ${headlineMetrics[first.task]}.`,
      where: { metric },
    })
  }
  if (request.canary) planCanary(readDataset(engine.workspace.ledger, first.datasetId), runs, request.canary)
  return runs
}

/** @throws AssayError what comparableRuns and gatherRuns throw */
export async function compareRuns(
  engine: Engine,
  request: ComparisonRequest,
  context: JobContext,
): Promise<ComparisonId> {
  const runs = comparableRuns(engine, request)
  const dataset = readDataset(engine.workspace.ledger, runs[0]!.datasetId)
  const gathered = await gatherRuns(engine, dataset, runs, context)
  const train = request.train ? readDataset(engine.workspace.ledger, request.train) : null
  const findings: EvidenceFinding[] = weightsUnused(dataset, 'The comparison')
  const thresholds = await Promise.all(runs.map((run) => thresholdOf(engine, run, request)))
  const baselines = await makeBaselines(engine, { runs, dataset, train, gathered, findings, seed }, context)
  const columns = await groupColumns(engine, dataset, gathered.rowNumber, context)
  const canaryRows =
    request.canary &&
    (await readCanaryRows(engine, dataset, planCanary(dataset, runs, request.canary), gathered.rowNumber, context))
  const { output } = runs[0]!.binding
  const contenders: ContenderScores[] = [
    ...gathered.runs.map((run, at) => ({ ...run, threshold: thresholds[at]!, family: 'run' as const })),
    ...baselines.map(({ scores }) => ({ scores, called: null, threshold: 0.5, family: 'baseline' as const })),
  ]
  context.progress({ step: 'Comparing pair by pair', done: 0, total: 2 * contenders.length, unit: 'steps' })
  const { rows, used, excluded } = gathered
  const unnamed = gathered.classes ? gathered.classes.reduce((sum, k) => sum + (k < 0 ? 1 : 0), 0) : 0
  const result = await runAnalysis(
    engine,
    {
      analysis: 'compare',
      input: {
        task: runs[0]!.task,
        classes: gathered.classes,
        values: gathered.values,
        labels: output.classes,
        positive: Math.max(0, output.classes.indexOf(output.positive ?? '')),
        contenders,
        reference: 0,
        rowNumber: gathered.rowNumber,
        columns,
        margins: request.margins ?? {},
        canary: canaryRows ? canaryOrder(canaryRows) : null,
        seed,
      },
    },
    [
      gathered.classes,
      gathered.values,
      gathered.rowNumber,
      ...contenders.flatMap(({ scores, called }) => [scores, called]),
    ],
    context,
  )
  const canary =
    canaryRows && result.canary ? await describeCanary(engine, dataset, canaryRows, result.canary, findings) : null
  if (unnamed > 0) findings.push(unnamedFinding(unnamed))
  const keys = [...runs.map((run) => run.id), ...baselines.map(({ key }) => key)]
  const described: Contender[] = [
    ...runs.map((run, at): Contender => describeRun(run, thresholds[at]!, result.metrics[at]!)),
    ...baselines.map(({ key, title, detail }, at): Contender => ({
      key,
      title,
      detail,
      run: null,
      threshold: runs[0]!.task === 'binary' ? 0.5 : null,
      metrics: result.metrics[runs.length + at]!,
    })),
  ]
  const comparison = comparisonSchema.parse({
    schema: 'assay.comparison/1',
    createdAt: new Date().toISOString(),
    dataset: { id: dataset.id, name: dataset.name, rows: dataset.rows, dataSha256: dataset.data.sha256 },
    task: runs[0]!.task,
    positive: output.positive,
    rows: { total: rows, used, excluded },
    confidence: 0.95,
    seed,
    correction: 'Holm',
    reference: runs[0]!.id,
    headline: headlineMetrics[runs[0]!.task],
    metricOrder: orderOf(headlineMetrics[runs[0]!.task], Object.keys(result.metrics[0]!)),
    contenders: described,
    pairs: result.pairs.map((pair, at) => ({ other: keys[at + 1]!, ...pair })),
    ...(canary ? { canary } : {}),
    definitions: result.definitions,
    findings,
  } satisfies Comparison)
  return storeComparison(engine, comparison)
}

/** The headline, then as they were computed: canonical JSON would sort them by name. */
function orderOf(headline: string, keys: readonly string[]): string[] {
  return [headline, ...keys.filter((key) => key !== headline)]
}

/** What the request says, else what the run was evaluated at, else the version's own, else 0.5. */
async function thresholdOf(engine: Engine, run: Run, { thresholds }: ComparisonRequest): Promise<number> {
  const wanted = thresholds?.[run.id]
  if (wanted !== undefined) return wanted
  if (run.evidenceSha256 !== null) {
    const { detail } = (await readEvidence(engine, run.id)).evidence
    if (detail.kind === 'binary') return detail.threshold
  }
  return defaultThreshold(engine.workspace.ledger, run.versionId)
}

function describeRun(run: Run, threshold: number, metrics: Contender['metrics']): Contender {
  const binary = run.task === 'binary'
  const { score, positive } = run.binding.output
  return {
    key: run.id,
    title: `${run.model} ${run.version}`,
    detail:
      run.task === 'regression'
        ? 'predicts a value'
        : score === null
          ? 'its own label'
          : binary
            ? `"${positive}" from ${formatShort(threshold)} on`
            : 'the class with the highest score',
    run: {
      id: run.id,
      versionId: run.versionId,
      model: run.model,
      version: run.version,
      scoresSha256: run.scoresSha256!,
    },
    threshold: binary && score !== null ? threshold : null,
    metrics,
  }
}

function unnamedFinding(n: number): EvidenceFinding {
  return {
    code: 'evaluation/unknown-class',
    severity: 'error',
    message: `${plural(n, 'row has', 'rows have')} a class that the models never name; they count as wrong, and as negative.`,
    remedy: 'Check the target column and the class names in the binding.',
    where: { rows: n },
  }
}
