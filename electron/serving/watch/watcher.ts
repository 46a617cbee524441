/** Sees every request: what it holds that was never evaluated, where its values lie, what was answered. */
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { readOutputs } from '../../../shared/scoring/outputs.ts'
import type { ScoreColumns } from '../../../shared/scoring/outputs.ts'
import type { Cell, CellProblem } from '../../../shared/serving/cells.ts'
import { missingProblem, unlikeEvaluated } from '../../../shared/serving/input-rows.ts'
import type { ReadRow } from '../../../shared/serving/input-rows.ts'
import { countLabels, labelOf, rowScores } from '../../../shared/serving/predictions.ts'
import type { Prediction } from '../../../shared/serving/predictions.ts'
import type { ReleaseManifest } from '../../../shared/serving/release-manifest.ts'
import type { Settings } from '../config.ts'
import { areAllPlain, isPlain } from '../feeds-cells.ts'
import type { TensorColumn } from '../feeds-cells.ts'
import type { Feeds } from '../model/messages.ts'
import type { Problem } from '../protocol/refusal.ts'
import { mostProblems, refusedRows } from '../score-rows.ts'
import type { RowScorer } from '../score-rows.ts'
import { errorFields } from './log.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { openPredictionLog } from './prediction-log.ts'
import type { PredictionLog } from './prediction-log.ts'
import type { Traffic } from './traffic.ts'

const none: readonly CellProblem[] = []

/** Counts of one request: a metric's labels are looked up once a request, not once a row. */
class Counts {
  readonly #labels = new Map<string, number>()
  readonly #warnings = new Map<string, { readonly problem: CellProblem; rows: number }>()

  labels(rows: ReadonlyMap<string, number>): void {
    for (const [label, n] of rows) this.#labels.set(label, (this.#labels.get(label) ?? 0) + n)
  }

  warnings(warnings: readonly CellProblem[]): void {
    for (const problem of warnings) {
      const key = `${problem.code} ${problem.column}`
      const known = this.#warnings.get(key)
      if (known) known.rows++
      else this.#warnings.set(key, { problem, rows: 1 })
    }
  }

  tell(metrics: Metrics): void {
    for (const [label, rows] of this.#labels) metrics.predicted(label, rows)
    for (const { problem, rows } of this.#warnings.values()) metrics.warned(problem.code, problem.column, rows)
  }
}

export class Watcher {
  readonly #manifest: ReleaseManifest
  readonly #metrics: Metrics
  readonly #traffic: Traffic
  readonly #scorer: RowScorer
  readonly #refuses: boolean
  readonly #log: PredictionLog
  readonly #places: ReadonlyMap<string, number>

  constructor(
    manifest: ReleaseManifest,
    settings: Settings,
    parts: { readonly metrics: Metrics; readonly traffic: Traffic; readonly scorer: RowScorer; readonly log: Log },
  ) {
    this.#manifest = manifest
    this.#metrics = parts.metrics
    this.#traffic = parts.traffic
    this.#scorer = parts.scorer
    this.#refuses = settings.UNLIKE_EVALUATED === 'refuse'
    this.#places = new Map(manifest.inputs.map((column, at) => [column.name, at]))
    this.#log = openPredictionLog(
      manifest,
      settings,
      () => parts.metrics.logDropped(),
      (error) => parts.log('error', 'prediction log', errorFields(error)),
    )
  }

  /** Before rows are scored. @throws Refusal input/* */
  checkRows(read: readonly ReadRow[]): void {
    const problems: Problem[] = []
    read.forEach((row, at) => {
      for (const problem of row.problems) problems.push({ row: at, ...problem })
      if (this.#refuses) for (const warning of row.warnings) problems.push({ row: at, ...warning })
    })
    if (problems.length > 0) throw refusedRows(problems)
  }

  /** Before tensors are scored. @returns the warnings by row. @throws Refusal input/* */
  checkTensors(columns: readonly TensorColumn[], rows: number): Map<number, CellProblem[]> {
    const problems: Problem[] = []
    const warnings = new Map<number, CellProblem[]>()
    if (areAllPlain(columns, rows)) return warnings
    for (const entry of columns) {
      if (isPlain(entry, rows)) continue
      const { column } = entry
      for (let row = 0; row < rows; row++) {
        const cell = entry.at(row)
        const problem = cell === null && !column.missing ? missingProblem(column) : null
        const warning = cell === null ? null : unlikeEvaluated(column, cell)
        const refused = problem ?? (this.#refuses ? warning : null)
        if (refused && problems.length < mostProblems) problems.push({ row, ...refused })
        if (!warning) continue
        const known = warnings.get(row)
        if (known) known.push(warning)
        else warnings.set(row, [warning])
      }
    }
    if (problems.length > 0) throw refusedRows(problems)
    return warnings
  }

  rows(read: readonly ReadRow[], scores: ScoreColumns, predictions: readonly Prediction[], request: string): void {
    const logged = this.#log.takes(request)
    for (const entry of this.#traffic.columns) {
      const place = this.#places.get(entry.column.name)!
      for (const row of read) entry.observe(row.cells[place]!)
    }
    const { binding, threshold } = this.#manifest
    const counts = new Counts()
    counts.labels(countLabels(scores, read.length, binding.output, threshold))
    read.forEach((row, at) => {
      counts.warnings(row.warnings)
      if (!logged) return
      const { label } = predictions[at]!
      const cellOf = (name: string): Cell | undefined => row.cells[this.#places.get(name) ?? -1]
      this.#write(request, at, cellOf, rowScores(scores, at), label, row.warnings)
    })
    counts.tell(this.#metrics)
  }

  tensors(
    columns: readonly TensorColumn[],
    rows: number,
    outputs: Feeds,
    warnings: ReadonlyMap<number, readonly CellProblem[]>,
    request: string,
  ): void {
    const counted = this.#traffic.counted(rows)
    for (const entry of columns) this.#traffic.of(entry.column)?.observeTensor(entry, rows, counted)
    const { binding, threshold } = this.#manifest
    const scored = this.#read(binding.output, outputs, rows)
    const counts = new Counts()
    if (scored) counts.labels(countLabels(scored, rows, binding.output, threshold))
    for (const own of warnings.values()) counts.warnings(own)
    counts.tell(this.#metrics)
    if (!this.#log.takes(request)) return
    const byName = new Map(columns.map((entry) => [entry.column.name, entry]))
    for (let at = 0; at < rows; at++) {
      const label = scored ? labelOf(scored, at, binding.output, threshold) : null
      const cellOf = (name: string): Cell | undefined => byName.get(name)?.at(at)
      this.#write(request, at, cellOf, scored && rowScores(scored, at), label, warnings.get(at) ?? none)
    }
  }

  /** null where the caller did not ask for what the binding reads. */
  #read(output: OutputBinding, outputs: Feeds, rows: number): ScoreColumns | null {
    if (this.#scorer.fetches.some((name) => outputs[name] === undefined)) return null
    const columns = this.#scorer.makeColumns(rows)
    try {
      readOutputs(outputs, output, rows, rows, columns, 0)
      return columns
    } catch {
      // The caller's answer stands; only its meaning is not counted.
      return null
    }
  }

  #write(
    request: string,
    row: number,
    cellOf: (name: string) => Cell | undefined,
    scores: readonly number[] | null,
    label: string | null,
    warnings: readonly CellProblem[],
  ): void {
    const said = warnings.map(({ code, column }) => `${code} ${column}`)
    this.#log.write({ request, row, cellOf, scores, label, warnings: said })
  }

  close(): Promise<void> {
    return this.#log.close()
  }
}
