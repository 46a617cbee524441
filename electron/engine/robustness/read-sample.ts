/** The rows that are changed and scored again, and what is known of their columns from the whole dataset. */
import { join } from 'node:path'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Binding, ModelVersion } from '../../../shared/contract/model.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import type { Truth } from '../../../shared/robustness/answers.ts'
import type { NumberFit } from '../../../shared/robustness/perturb-table.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { missingSql } from '../data/condition-sql.ts'
import type { Engine } from '../engine.ts'
import { fedColumns, pick } from '../../../shared/explain/given-rows.ts'
import { readEvenly } from '../explain/read-rows.ts'
import type { Fits } from './changed-columns.ts'
import { classLookup } from '../evaluation/gather.ts'

export interface Sample {
  readonly rows: number
  /** Rows that were read; those without a target or of a class that the model never names are left out. */
  readonly read: number
  readonly columns: readonly GivenColumn[]
  readonly truth: Truth
}

/** @throws AssayError robustness/no-rows */
export async function readSample(
  engine: Engine,
  dataset: Dataset,
  version: ModelVersion,
  binding: Binding,
  most: number,
): Promise<Sample> {
  const { output } = binding
  const target = dataset.columns.find((column) => column.role === 'target')!
  const fed = fedColumns(version, binding)
  const targetAs = output.task === 'regression' ? ('double' as const) : ('string' as const)
  const given = await readEvenly(engine, dataset, [...fed, { name: target.name, as: targetAs }], most)
  const targets = given.columns[fed.length]!.values
  const classOf = classLookup(output.classes)
  const places: number[] = []
  const classes: number[] = []
  const values: number[] = []
  for (let row = 0; row < given.rows; row++) {
    const value = targets[row] as string | number | null
    if (output.task === 'regression') {
      if (value === null || !Number.isFinite(value)) continue
      values.push(value as number)
    } else {
      const place = value === null ? -1 : classOf(value as string)
      if (value === null || (output.task === 'binary' && place < 0)) continue
      classes.push(place)
    }
    places.push(row)
  }
  if (places.length === 0) {
    throw new AssayError({
      code: 'robustness/no-rows',
      message: `None of the ${given.rows} rows that were drawn has a target that the model knows.`,
      remedy: 'Draw more rows, or check the target column and the class names in the binding.',
      where: { rows: given.rows },
    })
  }
  return {
    rows: places.length,
    read: given.rows,
    columns: given.columns.slice(0, fed.length).map((column) => ({ ...column, values: pick(column.values, places) })),
    truth:
      output.task === 'regression'
        ? { classes: null, values: Float64Array.from(values) }
        : { classes: Int32Array.from(classes), values: null },
  }
}

/** Mean and standard deviation of each column of numbers, over every row of the dataset. */
export async function fitColumns(engine: Engine, dataset: Dataset, columns: readonly GivenColumn[]): Promise<Fits> {
  const numbers = [
    ...new Set(columns.filter((column) => column.as !== 'string' && column.as !== 'blob').map((c) => c.name)),
  ]
  const fits = new Map<string, NumberFit>()
  if (numbers.length === 0) return fits
  const duck = await openDuck({ temporaryDirectory: join(engine.workspace.folder, 'tmp') })
  try {
    const typeOf = (name: string) => dataset.columns.find((column) => column.name === name)?.type ?? 'float'
    const select = numbers.flatMap((name) => {
      const known = `FILTER (NOT ${missingSql(name, typeOf(name))})`
      const value = `${quoteIdentifier(name)}::DOUBLE`
      return [`avg(${value}) ${known}`, `stddev_samp(${value}) ${known}`]
    })
    const source = quotePath(engine.workspace.files.path(dataset.data.sha256))
    const found = await duck.run(`SELECT ${select.join(', ')} FROM read_parquet(${source})`)
    const values = (await found.getRows())[0] as (number | null)[]
    numbers.forEach((name, place) => {
      const whole =
        typeOf(name) === 'integer' || columns.some((column) => column.name === name && column.as === 'bigint')
      fits.set(name, { mean: values[2 * place] ?? 0, deviation: values[2 * place + 1] ?? 0, whole })
    })
    return fits
  } finally {
    duck.close()
  }
}
