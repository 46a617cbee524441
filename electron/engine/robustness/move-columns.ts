/** Moves rows along one column at a time and asks whether the score only rises or only falls. */
import type { Monotonicity, RobustnessSection } from '../../../shared/contract/robustness.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { measureMonotonicity, monotonicityGrid } from '../../../shared/robustness/monotonicity.ts'
import { pick } from '../../../shared/explain/given-rows.ts'
import { hasNumbers } from './changed-columns.ts'
import type { Setting } from './run-robustness.ts'
import { ownValue } from '../../../shared/format/own-value.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

/** Rows that are moved: a share of 1 % of them is three rows. */
const mostRows = 300
/** Each column costs rows × places to score. */
const mostColumns = 50

export async function moveColumns(setting: Setting): Promise<Pick<RobustnessSection, 'monotonicity' | 'skipped'>> {
  const { options, sample, dataset, context, fits } = setting
  const skipped: RobustnessSection['skipped'] = []
  if (!options.monotonicity) return { monotonicity: [], skipped }
  if (setting.shape.task === 'multiclass') {
    return { monotonicity: [], skipped: [{ what: 'Monotonicity', reason: 'more than two classes have no one score' }] }
  }
  const expectedOf = (name: string) => ownValue(options.expected, name) ?? null
  const numbers = [
    ...new Set(sample.columns.filter((column) => hasNumbers(dataset, column)).map((column) => column.name)),
  ].filter((name) => !options.columns || options.columns.includes(name) || expectedOf(name) !== null)
  // Columns with a direction to keep come first, so that a limit never drops them.
  numbers.sort((a, b) => Number(expectedOf(b) !== null) - Number(expectedOf(a) !== null))
  if (numbers.length > mostColumns) {
    const what = `Monotonicity of ${numbers.length - mostColumns} more columns`
    skipped.push({ what, reason: `at most ${mostColumns} columns are moved; name those that matter` })
  }
  const monotonicity: Monotonicity[] = []
  const moved = numbers.slice(0, mostColumns)
  for (const [at, name] of moved.entries()) {
    context.signal.throwIfAborted()
    context.progress({ step: `Moving ${name}`, done: at, total: moved.length, unit: 'steps' })
    const own = sample.columns.find((column) => column.name === name && hasNumbers(dataset, column))!
    const grid = monotonicityGrid(mapTo(Float64Array, own.values as ArrayLike<number>, Number), fits.get(name)!.whole)
    if (grid.length === 0) {
      skipped.push({ what: `Monotonicity of ${name}`, reason: 'the rows drawn hold one value only' })
      continue
    }
    monotonicity.push(measureMonotonicity(name, grid, await scoresAlong(setting, name, grid), expectedOf(name)))
  }
  return { monotonicity, skipped }
}

/** Row-major rows × places: the positive class's score, or the prediction. Not finite where the model gives none. */
async function scoresAlong({ sample, rescorer, shape }: Setting, name: string, grid: readonly number[]) {
  const step = Math.max(1, Math.ceil(sample.rows / mostRows))
  const rows = Math.ceil(sample.rows / step)
  const width = grid.length
  const places = Uint32Array.from({ length: rows * width }, (_, at) => Math.floor(at / width) * step)
  const columns = sample.columns.map((column): GivenColumn => {
    if (column.name !== name) return { ...column, values: pick(column.values, places) }
    return { ...column, values: repeated(column, grid, rows) }
  })
  const answers = await rescorer.score(columns, rows * width)
  if (!answers.columns) {
    const { decided } = answers
    return Float64Array.from(decided!, (place) => (place === shape.positive ? 1 : 0))
  }
  return shape.task === 'regression' ? answers.columns[0]! : answers.columns[shape.positive]!
}

function repeated(column: GivenColumn, grid: readonly number[], rows: number): GivenColumn['values'] {
  const at = (index: number): number => grid[index % grid.length]!
  const length = rows * grid.length
  switch (column.as) {
    case 'float':
      return Float32Array.from({ length }, (_, index) => at(index))
    case 'bigint':
      return BigInt64Array.from({ length }, (_, index) => BigInt(Math.round(at(index))))
    case 'string':
      return Array.from({ length }, (_, index) => String(at(index)))
    default:
      return Float64Array.from({ length }, (_, index) => at(index))
  }
}
