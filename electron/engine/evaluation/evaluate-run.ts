/** Evaluates a scored run: gather, compute in a worker thread, write the evidence document and its hash. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import canonicalize from 'canonicalize'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { AssayErrorData } from '../../../shared/contract/errors.ts'
import { evidenceSchemaName } from '../../../shared/contract/evidence.ts'
import { givesOneNumber, targetName } from '../../../shared/contract/dataset.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { evidenceSchema } from '../../../shared/contract/run.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { mostClasses, mostDetailed } from '../../../shared/metrics/class-detail.ts'
import { headlineMetrics, metricDefinitions } from '../../../shared/metrics/definitions.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { defaultThreshold } from '../decision/chosen-threshold.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { listChunks, readDataset, readRun, readVersion } from '../records.ts'
import { scoreShape } from '../../../shared/scoring/score-columns.ts'
import { hashFile } from '../workspace/content-store.ts'
import { chunkName } from '../../../shared/scoring/chunk-name.ts'
import type { Computed, ComputeRequest } from './compute.ts'
import { storeEvidence } from './evidence-store.ts'
import { gather } from './gather.ts'
import type { Gathered } from './gather.ts'
import { weighedHereAlone } from './weights-unused.ts'
import { worseThanChance } from './worse-than-chance.ts'

/** Every resampling in Assay starts from this seed, so that the same run gives the same document. */
const seed = 20_240_229

function inWorker(engine: Engine, request: ComputeRequest, signal: AbortSignal): Promise<Computed> {
  return new Promise((resolve, reject) => {
    const transfer = [
      request.gathered.classes,
      request.gathered.values,
      request.gathered.scores,
      request.gathered.labels,
      request.gathered.labelTruth,
      request.gathered.query,
      request.gathered.weights,
    ]
      .filter((array) => array !== null)
      .map((array) => array.buffer as ArrayBuffer)
    const worker = new Worker(engine.workerPath, { workerData: request, transferList: transfer })
    const onAbort = () => void worker.terminate()
    signal.addEventListener('abort', onAbort, { once: true })
    worker.once('message', (answer: { ok: true; computed: Computed } | { ok: false; error: AssayErrorData }) => {
      signal.removeEventListener('abort', onAbort)
      if (answer.ok) resolve(answer.computed)
      else reject(new AssayError(answer.error))
      void worker.terminate()
    })
    worker.once('error', reject)
    worker.once('exit', () =>
      reject(signal.aborted ? (signal.reason as Error) : new Error('The evaluation worker ended without an answer')),
    )
  })
}

/** @throws AssayError run/not-scored, evaluation/* */
export async function evaluateRun(
  engine: Engine,
  runId: RunId,
  options: { readonly threshold?: number | undefined },
  context: JobContext,
): Promise<Evidence> {
  const { workspace } = engine
  const run = readRun(workspace.ledger, runId)
  if (run.scoresSha256 === null || run.stats === null) {
    throw new AssayError({
      code: 'run/not-scored',
      message: `The run ${runId} is ${run.state}; ${run.rowsDone} of ${run.rows} rows are scored.`,
      remedy: 'Resume it first.',
      where: { state: run.state },
    })
  }
  const dataset = readDataset(workspace.ledger, run.datasetId)
  const version = readVersion(workspace.ledger, run.versionId)
  const { output } = run.binding
  const chunks = listChunks(workspace.ledger, runId)
  const pathOf = (chunk: { readonly number: number }) => join(workspace.runFolder(runId), chunkName(chunk.number))
  // The evidence says which scores it is of.
  for (const chunk of chunks) {
    const found = await hashFile(pathOf(chunk), context.signal).catch(() => null)
    if (found?.sha256 !== chunk.sha256) throw scoresChanged(runId, chunk.number)
  }
  const gathered = await gather({
    dataset,
    dataPath: workspace.files.path(dataset.data.sha256),
    chunkPaths: chunks.map(pathOf),
    shape: scoreShape(version, output),
    context,
  })
  context.progress({ step: 'Computing metrics and intervals', done: gathered.rows })
  const facts: Pick<Gathered, 'rows' | 'used' | 'excluded' | 'unnamed'> = gathered
  const weight = weightFacts(dataset, gathered)
  const summary = { weight, rows: facts.rows, used: facts.used, excluded: facts.excluded, unnamed: facts.unnamed }
  const threshold = options.threshold ?? defaultThreshold(workspace.ledger, run.versionId)
  const counts = { disagreeing: countDisagreeing(gathered, run, threshold), outside: countOutside(gathered, run) }
  const computed = await inWorker(engine, { gathered, output, threshold, seed }, context.signal)
  const evidence = assemble(engine, run, computed, summary, counts)
  await storeEvidence(engine, runId, evidence, 'run evaluated')
  return evidence
}

function scoresChanged(runId: RunId, chunk: number): AssayError {
  return new AssayError({
    code: 'workspace/file-changed',
    message: `A file of the run’s scores (${chunkName(chunk)}) is not the one that was written.`,
    remedy: 'See what else is wrong: assay verify. Then score again.',
    where: { run: runId, chunk },
  })
}

/** Rows where the model's own label is not the class that its scores give. */
function countDisagreeing(gathered: Gathered, run: Run, threshold: number): number {
  const { labels, scores, width } = gathered
  if (!labels || !scores || width < 2) return 0
  const { output } = run.binding
  const positive = output.classes.indexOf(output.positive ?? '')
  let count = 0
  for (let row = 0; row < gathered.used; row++) {
    let best = 0
    if (output.task === 'binary') best = scores[row * width + positive]! >= threshold ? positive : 1 - positive
    else for (let k = 1; k < width; k++) if (scores[row * width + k]! > scores[row * width + best]!) best = k
    if (labels[row] !== best) count++
  }
  return count
}

interface Counts {
  readonly disagreeing: number
  readonly outside: number
}

/** Rows with a score outside 0 to 1, which is no probability; 0 for a task whose scores need be none. */
function countOutside({ scores, width, used }: Gathered, run: Run): number {
  if (!scores || givesOneNumber(run.binding.output.task)) return 0
  let count = 0
  for (let row = 0; row < used; row++) {
    for (let at = row * width; at < (row + 1) * width; at++) {
      if (scores[at]! >= 0 && scores[at]! <= 1) continue
      count++
      break
    }
  }
  return count
}

interface Summary extends Pick<Gathered, 'rows' | 'used' | 'excluded' | 'unnamed'> {
  readonly weight: Evidence['rows']['weight'] | null
}

/** What the weights of the rows used come to. */
function weightFacts(dataset: Dataset, { weights, classes }: Gathered): Summary['weight'] {
  const column = dataset.columns.find(({ role }) => role === 'weight')
  if (!weights || !column) return null
  let total = 0
  let squares = 0
  weights.forEach((weight, row) => {
    if (classes && classes[row]! < 0) return
    total += weight
    squares += weight * weight
  })
  return { column: column.name, total, effectiveRows: squares === 0 ? 0 : (total * total) / squares }
}

function assemble(engine: Engine, run: Run, computed: Computed, summary: Summary, counts: Counts): Evidence {
  const { workspace, software } = engine
  const dataset = readDataset(workspace.ledger, run.datasetId)
  const version = readVersion(workspace.ledger, run.versionId)
  const binary = run.task === 'binary'
  const unnamedRows = summary.unnamed.reduce((sum, entry) => sum + entry.n, 0)
  const excluded = [...summary.excluded]
  if (binary && unnamedRows > 0) excluded.push({ reason: 'class unknown to the model', n: unnamedRows })
  const headline =
    (computed.metrics[headlineMetrics[run.task]]?.value ?? null) === null ? 'accuracy' : headlineMetrics[run.task]
  const stats = run.stats!
  return evidenceSchema.parse({
    schema: evidenceSchemaName,
    createdAt: new Date().toISOString(),
    run: {
      id: run.id,
      createdAt: run.createdAt,
      scoresSha256: run.scoresSha256,
      device: stats.device,
      batchRows: stats.batchRows,
      threads: stats.threads,
      elapsedMs: stats.elapsedMs,
      rowsPerSecond: stats.rowsPerSecond,
      parity: stats.parity,
    },
    dataset: {
      id: dataset.id,
      name: dataset.name,
      rows: dataset.rows,
      fileName: dataset.source.fileName,
      sourceSha256: dataset.source.sha256,
      dataSha256: dataset.data.sha256,
      dialect: dataset.source.dialect,
      target: targetName(dataset)!,
      columns: dataset.columns.map(({ name, type, role, protected: isProtected, missing }) => ({
        name,
        type,
        role,
        protected: isProtected,
        missing,
      })),
    },
    model: {
      versionId: version.id,
      name: version.name,
      version: version.version,
      fileName: version.fileName,
      sha256: version.sha256,
      servedSha256: version.servedSha256,
      producer: version.producer,
      opsets: version.opsets,
      parameters: version.parameters,
      binding: run.binding,
      bindingSha256: createHash('sha256').update(canonicalize(run.binding)!).digest('hex'),
    },
    software,
    task: run.task,
    rows: {
      total: summary.rows,
      used: summary.used - (binary ? unnamedRows : 0),
      excluded,
      ...(summary.weight ? { weight: summary.weight } : {}),
    },
    confidence: 0.95,
    seed,
    headline,
    metrics: computed.metrics,
    detail: computed.detail,
    definitions: Object.fromEntries(
      [...new Set([...Object.keys(computed.metrics), ...classMetricNames(computed)])]
        .filter((name) => metricDefinitions[name])
        .map((name) => [name, metricDefinitions[name]]),
    ),
    findings: [
      ...dataset.findings,
      ...version.findings,
      ...run.findings,
      ...findingsOf(run, computed, summary, counts),
    ],
  } satisfies Record<Exclude<keyof Evidence, 'sections'>, unknown>)
}

function classMetricNames(computed: Computed): string[] {
  return computed.detail.kind === 'multiclass' || computed.detail.kind === 'multilabel'
    ? computed.detail.classes.flatMap((entry) => Object.keys(entry.metrics))
    : []
}

function findingsOf(run: Run, computed: Computed, summary: Summary, counts: Counts): EvidenceFinding[] {
  const { disagreeing, outside } = counts
  const findings: EvidenceFinding[] = []
  if (outside > 0) {
    findings.push({
      code: 'evaluation/not-probabilities',
      severity: 'warning',
      message: `${formatCount(outside)} of ${formatCount(summary.used)} rows have scores outside 0 to 1, which are no probabilities: a threshold between 0 and 1 says little of them, and what needs probabilities is not defined.`,
      remedy: 'If they are logits, set the transform in the binding to sigmoid or softmax and score again.',
      where: { rows: outside },
    })
  }
  for (const { value, n } of summary.unnamed.slice(0, 20)) {
    findings.push({
      code: 'evaluation/unknown-class',
      severity: 'error',
      message: `${n} rows have the class "${value}", which the model never names (${run.binding.output.classes.slice(0, 10).join(', ')}).`,
      remedy:
        run.task === 'binary'
          ? 'They are left out. Check the target column and the class names in the binding.'
          : 'They count as wrong. Check the target column and the class names in the binding.',
      where: { class: value, rows: n },
    })
  }
  for (const { reason, n } of summary.excluded) {
    findings.push({
      code: 'evaluation/rows-excluded',
      severity: 'warning',
      message: `${formatCount(n)} of ${formatCount(summary.rows)} rows are left out: ${reason}.`,
      remedy: 'Numbers below are for the other rows only.',
      where: { reason, rows: n },
    })
  }
  if (summary.weight) findings.push(weighedHereAlone(summary.weight.column))
  if (disagreeing > 0) {
    findings.push({
      code: 'evaluation/label-disagrees',
      severity: 'warning',
      message: `The model's own label is not the class its scores give on ${disagreeing} rows; metrics use the scores.`,
      remedy: 'Check the transform, the class order and the threshold in the binding.',
      where: { rows: disagreeing },
    })
  }
  const backwards = worseThanChance(computed.metrics)
  if (backwards) findings.push(backwards)
  const { detail } = computed
  const named = run.binding.output.classes.length
  if ((detail.kind === 'multiclass' || detail.kind === 'multilabel') && named > mostDetailed) {
    findings.push({
      code: 'evaluation/many-classes',
      severity: 'note',
      message: `The model names ${named} classes: the ${mostDetailed} with the most rows have curves, and rows of their own in the confusion matrix${named > mostClasses ? `; the ${mostClasses} with the most rows have metrics` : ''}.`,
      remedy: 'Averages are over all classes.',
      where: { classes: named },
    })
  }
  const present =
    detail.kind === 'multiclass'
      ? detail.classes.filter((entry) => entry.support > 0).map((entry) => entry.label)
      : detail.kind === 'binary'
        ? detail.confusion.labels.filter((_, row) => detail.confusion.counts[row]!.some((n) => n > 0))
        : null
  if (present && present.length === 1) {
    findings.push({
      code: 'evaluation/one-class',
      severity: 'error',
      message: `Every row has the class "${present[0]}": whatever compares classes is not defined.`,
      remedy: 'Evaluate on a dataset that holds each class.',
      where: { class: present[0]! },
    })
  } else if (detail.kind === 'multiclass' && present && present.length < detail.classes.length) {
    const absent = detail.classes.filter((entry) => entry.support === 0).map((entry) => entry.label)
    findings.push({
      code: 'evaluation/class-absent',
      severity: 'warning',
      message: `The dataset has no row of ${absent
        .slice(0, 10)
        .map((name) => `"${name}"`)
        .join(', ')}.`,
      remedy: 'Averages over all classes are not defined where one is absent; see the averages over present classes.',
      where: { classes: absent.slice(0, 10).join(', ') },
    })
  }
  return findings
}
