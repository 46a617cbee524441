/**
 * Accepts a calibrator: appends it to the version's graph, checks on real rows that the graph gives what was judged, and
 * stores the result as a new version of the model whose binding reads the calibrated probabilities.
 */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { applyCalibrator } from '../../../shared/calibration/apply-calibrator.ts'
import type {
  CalibrationCandidate,
  CalibrationMethod,
  CalibrationSection,
} from '../../../shared/contract/calibration.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId, VersionId } from '../../../shared/contract/ids.ts'
import type { Binding, ModelVersion } from '../../../shared/contract/model.ts'
import type { Run } from '../../../shared/contract/run.ts'
import type { FromScorer } from '../../../shared/contract/scorer-messages.ts'
import { appendCalibration } from '../../../shared/onnx/append-calibration.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import type { Engine } from '../engine.ts'
import { scoredRun } from '../evaluation/gather-run.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { importModel } from '../models/import-model.ts'
import { scoringTask } from '../models/try-binding.ts'
import { readDataset, readVersion } from '../records.ts'
import { withScorer } from '../scoring/ask-scorer.ts'
import type { Scorer } from '../scoring/ask-scorer.ts'
import { readCalibration } from './calibrate-run.ts'

type Tried = Extract<FromScorer, { type: 'tried' }>

/** Rows on which the new graph is held against the calibrator itself. */
const checkedRows = 200
/** Two float32 roundings of numbers up to 1, and the weights of a tree. */
const tolerance = 4e-7
const timeoutMs = 120_000

const titles: Readonly<Record<CalibrationMethod, string>> = {
  platt: 'Platt scaling',
  temperature: 'temperature scaling',
  beta: 'beta calibration',
  isotonic: 'isotonic calibration',
}

/**
 * @returns The new version's id.
 * @throws AssayError calibration/not-made, calibration/outdated, calibration/opset, calibration/differs
 */
export async function acceptCalibration(
  engine: Engine,
  runId: RunId,
  method: CalibrationMethod,
  context: JobContext,
): Promise<VersionId> {
  const { workspace } = engine
  const run = scoredRun(engine, runId)
  const version = readVersion(workspace.ledger, run.versionId)
  const { section, candidate } = await findCandidate(engine, run, method)
  context.progress({ step: 'Appending nodes', done: 0, total: 3, unit: 'steps' })
  const folder = workspace.temporary('.calibrated')
  try {
    await mkdir(folder, { recursive: true })
    const path = join(folder, 'model.onnx')
    await copyExternal(engine, run.versionId, folder)
    const binding = await withScorer(engine.launcher, async (scorer) => {
      const before = await tryRows(engine, scorer, run, run.binding, null)
      const appended = appendCalibration({
        model: readModel(await readFile(workspace.files.path(version.servedSha256))),
        output: run.binding.output,
        columns: columnsOf(before, run.binding),
        calibrator: candidate.calibrator,
        note: {
          method,
          map: candidate.words,
          parent: version.servedSha256,
          scores: section.scoresSha256,
          fitRows: section.split?.fitRows ?? 0,
          judgedRows: section.split?.judgedRows ?? 0,
        },
      })
      await writeFile(path, appended.bytes)
      const { output } = run.binding
      const calibrated: Binding = {
        ...run.binding,
        // The model's own label belongs to the scores before calibration.
        output: { ...output, score: [appended.output], label: null, transform: 'none' },
      }
      context.progress({ step: `Checking ${checkedRows} rows`, done: 1 })
      const after = await tryRows(engine, scorer, run, calibrated, path)
      assertSame(before, after, candidate, output.classes.length)
      return calibrated
    })
    context.progress({ step: 'Storing it', done: 2 })
    const judged = `log loss ${difference(candidate, 'log_loss')}, Brier score ${difference(candidate, 'brier_score')} on ${section.split?.judgedRows ?? 0} rows held back`
    const quiet: JobContext = { signal: context.signal, progress: () => undefined }
    return await importModel(
      engine,
      path,
      {
        name: version.name,
        binding,
        derived: {
          fileName: `${basename(version.fileName, extname(version.fileName))}-${method}.onnx`,
          edits: [
            ...version.edits,
            `Appended ${titles[method]} (${candidate.words}) to version ${version.version}; ${judged}.`,
          ],
          findings: [
            {
              code: 'calibration/fitted-here',
              severity: 'note',
              message: `This version was calibrated on ${section.split?.fitRows ?? 0} rows of "${run.dataset}".`,
              remedy: 'An evaluation on those rows looks a little better than it is: evaluate on other data.',
              where: { dataset: run.datasetId, rows: section.split?.fitRows ?? 0 },
            },
          ],
          event: 'calibration accepted',
          detail: { parent: version.id, run: run.id, method, map: candidate.words },
          record: (id, time) => recordLineage(engine, id, time, version, run, titles[method]),
        },
      },
      quiet,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function findCandidate(
  engine: Engine,
  run: Run,
  method: CalibrationMethod,
): Promise<{ section: CalibrationSection; candidate: CalibrationCandidate }> {
  const section = await readCalibration(engine, run.id)
  const candidate = section?.candidates.find((one) => one.method === method)
  if (!section || !candidate) {
    throw new AssayError({
      code: 'calibration/not-made',
      message: `No ${method} calibrator of the run ${run.id} was judged yet.`,
      remedy: `Make one first: assay calibrate ${run.id} --method ${method}`,
      where: { run: run.id, method },
    })
  }
  if (section.scoresSha256 !== run.scoresSha256) {
    throw new AssayError({
      code: 'calibration/outdated',
      message: 'The calibration is of other scores than the run has now.',
      remedy: 'Calibrate again.',
      where: { run: run.id },
    })
  }
  return { section, candidate }
}

/** Weights in files of their own go along, under the names that the graph asks for. */
async function copyExternal(engine: Engine, versionId: VersionId, folder: string): Promise<void> {
  const { ledger, files } = engine.workspace
  const externals = ledger.prepare('SELECT location, sha256 FROM version_file WHERE version_id = ?').all(versionId) as {
    location: string
    sha256: string
  }[]
  for (const { location, sha256 } of externals) {
    const target = join(folder, location)
    await mkdir(dirname(target), { recursive: true })
    await copyFile(files.path(sha256), target)
  }
}

async function tryRows(
  engine: Engine,
  scorer: Scorer,
  run: Run,
  binding: Binding,
  modelPath: string | null,
): Promise<Tried> {
  const { ledger } = engine.workspace
  const version = readVersion(ledger, run.versionId)
  const task = await scoringTask(engine, version, readDataset(ledger, run.datasetId), binding)
  return scorer.ask(
    { type: 'try', task: modelPath === null ? task : { ...task, modelPath }, rows: checkedRows },
    'tried',
    { timeoutMs },
  )
}

/** Values a row of the first score tensor. */
function columnsOf(tried: Tried, binding: Binding): number {
  const tensor = tried.outputs.find(({ name }) => name === binding.output.score?.[0])
  return Math.max(
    1,
    (tensor?.shape ?? []).slice(1).reduce((product, size) => product * size, 1),
  )
}

/** @throws AssayError calibration/differs, where the new graph does not give what the calibrator gives */
function assertSame(before: Tried, after: Tried, { calibrator }: CalibrationCandidate, width: number): void {
  const numbers = ({ scores }: Tried) => Float64Array.from((scores ?? []).flat(), (value) => value ?? NaN)
  const expected = applyCalibrator(calibrator, numbers(before), width)
  const found = numbers(after)
  let worst = expected.length === found.length ? 0 : Infinity
  expected.forEach((value, at) => {
    if (Number.isNaN(value) && Number.isNaN(found[at])) return
    const distance = Math.abs(value - found[at]!)
    worst = Math.max(worst, Number.isNaN(distance) ? Infinity : distance)
  })
  if (worst <= tolerance) return
  throw new AssayError({
    code: 'calibration/differs',
    message: `The new graph's probabilities lie up to ${worst.toExponential(1)} from the calibrator's.`,
    remedy: 'Nothing was stored. This is a fault in Assay; please report it with the model.',
    where: { largest: Number.isFinite(worst) ? worst : null, allowed: tolerance },
  })
}

function difference({ judged }: CalibrationCandidate, key: 'log_loss' | 'brier_score'): string {
  const text = (value: number | null | undefined) =>
    value === null || value === undefined ? '—' : value.toPrecision(4)
  return `${text(judged.before[key]?.value)} to ${text(judged.after[key]?.value)}`
}

function recordLineage(
  engine: Engine,
  id: VersionId,
  time: string,
  parent: ModelVersion,
  run: Run,
  title: string,
): void {
  const document = {
    parents: [{ versionId: parent.id, kind: 'recalibrated', note: `${title}, fitted on ${run.dataset}, ${time}` }],
    datasets: [{ datasetId: run.datasetId, use: 'calibration' }],
  }
  engine.workspace.ledger
    .prepare('INSERT INTO version_lineage (version_id, document) VALUES (?, ?)')
    .run(id, JSON.stringify(document))
}
