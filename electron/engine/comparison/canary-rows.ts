/** The rows of a canary in the order of time, and afterwards the times at which things happened. */
import type { CanaryOrder, ComparisonResult } from '../../../shared/comparison/compare-contenders.ts'
import type { PlacedReplay } from '../../../shared/comparison/canary.ts'
import { canaryRequestSchema } from '../../../shared/contract/canary.ts'
import type { Canary, CanaryOptions, CanaryReplay, CanaryRequest } from '../../../shared/contract/canary.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { readNumbers } from '../../data-plane/read-numbers.ts'
import { scratchFolder } from '../../data-plane/scratch.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'

/** A canary's request, with what it leaves open filled in. */
export interface CanaryPlan {
  readonly options: CanaryOptions
  readonly run: Run
  /** Which of the runs is the new version. */
  readonly other: number
  /** Null for the order of the file. */
  readonly column: string | null
}

export interface CanaryRows extends CanaryPlan {
  readonly order: Uint32Array
  /** Rows of the dataset, from 0, in the order of time. */
  readonly rowNumbers: Uint32Array
  readonly withoutOrder: number
}

/** @throws AssayError canary/no-other, canary/no-column, canary/loss */
export function planCanary(dataset: Dataset, runs: readonly Run[], request: CanaryRequest): CanaryPlan {
  const options = canaryRequestSchema.parse(request)
  const other = options.run === undefined ? 1 : runs.findIndex(({ id }) => id === options.run)
  const run = runs[other]
  if (!run || other < 1) {
    throw new AssayError({
      code: 'canary/no-other',
      message: 'A canary needs two runs: the version in production, which is the reference, and the new one.',
      remedy: 'Name the new version’s run after the reference.',
    })
  }
  const named = options.order
  const column =
    named === undefined
      ? (dataset.columns.find(({ role }) => role === 'time')?.name ?? null)
      : (dataset.columns.find(({ name, type }) => name === named && type !== 'image')?.name ?? null)
  if (named !== undefined && column === null) {
    throw new AssayError({
      code: 'canary/no-column',
      message: `"${dataset.name}" has no column "${named}" that its rows could be ordered by.`,
      remedy: 'Name a column of dates, times or numbers, or none for the order of the file.',
      where: { column: named },
    })
  }
  const { loss } = options
  if (loss !== undefined && (loss === 'absolute_error') !== (run.task === 'regression')) {
    throw new AssayError({
      code: 'canary/loss',
      message: `${loss} is not a loss of a ${run.task} model.`,
      remedy: run.task === 'regression' ? 'It is absolute_error.' : 'It is log_loss or error_rate.',
      where: { loss },
    })
  }
  return { options, run, other, column }
}

/** @param rowNumber Of each used row, its row in the dataset; rising. */
export async function readCanaryRows(
  engine: Engine,
  dataset: Dataset,
  plan: CanaryPlan,
  rowNumber: Uint32Array,
  { signal }: JobContext,
): Promise<CanaryRows> {
  const { column } = plan
  if (column === null) {
    const order = Uint32Array.from(rowNumber, (_, at) => at)
    return { ...plan, order, rowNumbers: rowNumber.slice(), withoutOrder: 0 }
  }
  const used = new Int32Array(dataset.rows).fill(-1)
  rowNumber.forEach((row, at) => (used[row] = at))
  const duck = await openDuck({ temporaryDirectory: scratchFolder() })
  try {
    const name = quoteIdentifier(column)
    const path = quotePath(engine.workspace.files.path(dataset.data.sha256))
    const [rows] = await readNumbers(
      duck.connection,
      `SELECT file_row_number::DOUBLE FROM read_parquet(${path}, file_row_number = true)
       WHERE ${name} IS NOT NULL ORDER BY ${name}, file_row_number`,
      1,
      dataset.rows,
      signal,
    )
    const rowNumbers = Uint32Array.from(rows!).filter((row) => used[row]! >= 0)
    const order = rowNumbers.map((row) => used[row]!)
    return { ...plan, order, rowNumbers, withoutOrder: rowNumber.length - order.length }
  } finally {
    duck.close()
  }
}

export const canaryOrder = ({ options, other, order }: CanaryRows): CanaryOrder => ({
  other,
  order,
  share: options.share,
  margin: options.margin,
  alpha: options.alpha,
  delay: options.delay,
  loss: options.loss ?? null,
})

/** Puts the times to the places, and says where the rows were too few to tell. */
export async function describeCanary(
  engine: Engine,
  dataset: Dataset,
  rows: CanaryRows,
  found: NonNullable<ComparisonResult['canary']>,
  findings: EvidenceFinding[],
): Promise<Canary> {
  const { options, run, column, rowNumbers, withoutOrder } = rows
  const times = await timesOf(engine, dataset, rows, [found.replay, found.shadow])
  const timed = ({ end, path, ...rest }: PlacedReplay): CanaryReplay => ({
    ...rest,
    end: { ...end, at: times(end.rows) },
    path: path.map((point) => ({ ...point, at: times(point.rows) })),
  })
  const { replay, shadow, ...counts } = found
  if (replay.path.length === 0) {
    findings.push({
      code: 'canary/few-rows',
      severity: 'warning',
      message: `The new version would answer ${formatCount(replay.end.exposed)} rows; the canary’s test needs ${formatCount(counts.minimumExposed)}.`,
      remedy: 'Give it a larger share of the traffic, or a dataset with more rows.',
    })
  }
  return {
    run: run.id,
    order: column,
    share: options.share,
    margin: options.margin,
    alpha: options.alpha,
    delay: options.delay,
    rows: { replayed: rowNumbers.length, withoutOrder },
    ...counts,
    replay: timed(replay),
    shadow: timed(shadow),
  }
}

/** The order column's value after so many rows were replayed. */
async function timesOf(
  engine: Engine,
  dataset: Dataset,
  { column, rowNumbers }: CanaryRows,
  replays: readonly PlacedReplay[],
): Promise<(rows: number) => string | null> {
  const wanted = new Set(replays.flatMap(({ end, path }) => [end.rows, ...path.map(({ rows }) => rows)]))
  wanted.delete(0)
  if (column === null || wanted.size === 0) return () => null
  const duck = await openDuck({ temporaryDirectory: scratchFolder() })
  try {
    const path = quotePath(engine.workspace.files.path(dataset.data.sha256))
    const numbers = [...wanted].map((rows) => rowNumbers[rows - 1]!)
    const result = await duck.run(
      `SELECT file_row_number::BIGINT, ${quoteIdentifier(column)}::VARCHAR
       FROM read_parquet(${path}, file_row_number = true) WHERE file_row_number IN (${numbers.join(', ')})`,
    )
    const values = new Map((await result.getRows()).map(([row, value]) => [Number(row), String(value)]))
    return (rows) => values.get(rowNumbers[rows - 1]!) ?? null
  } finally {
    duck.close()
  }
}
