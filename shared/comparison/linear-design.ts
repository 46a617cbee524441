/**
 * A table as the rows of a linear model: numbers standardised, texts as one indicator a frequent value, missing numbers
 * as the mean and an indicator. Only what is not 0 is kept, in a fixed number of slots a row.
 */

export type DesignColumn =
  | {
      readonly kind: 'number'
      readonly name: string
      /** Of the training rows that have a value. */
      readonly mean: number
      /** Standard deviation; 1 where it is 0. */
      readonly scale: number
      /** Whether a training row lacks the value: then lacking it has a coefficient of its own. */
      readonly missing: boolean
    }
  | {
      readonly kind: 'category'
      readonly name: string
      /** Values with a coefficient of their own; any other has none of them. */
      readonly levels: readonly string[]
    }

export interface Design {
  readonly columns: readonly DesignColumn[]
  /** Slots a row. */
  readonly slots: number
  /** Coefficients without the intercept, which comes after them. */
  readonly features: number
  /** First coefficient of each column. */
  readonly starts: readonly number[]
}

export interface DesignRows {
  readonly rows: number
  /** Coefficient of each slot, −1 for an empty one; rows × slots. */
  readonly index: Int32Array
  readonly value: Float32Array
}

/** Where each column's features lie: two for a number with missing values, one a level for a text. */
export function makeDesign(columns: readonly DesignColumn[]): Design {
  let features = 0
  let slots = 0
  const starts: number[] = []
  for (const column of columns) {
    starts.push(features)
    if (column.kind === 'number') {
      features += column.missing ? 2 : 1
      slots += column.missing ? 2 : 1
    } else {
      features += column.levels.length
      slots++
    }
  }
  return { columns, slots, features, starts }
}

/** Room for so many encoded rows; −1 is no feature. */
export function emptyRows(design: Design, rows: number): DesignRows {
  return {
    rows,
    index: new Int32Array(rows * design.slots).fill(-1),
    value: new Float32Array(rows * design.slots),
  }
}

/** Makes one encoder a design: texts are looked up, not searched. */
export function rowEncoder(
  design: Design,
): (valueOf: (column: number) => number | string | null, into: DesignRows, row: number) => void {
  const lookups = design.columns.map((column) =>
    column.kind === 'category' ? new Map(column.levels.map((level, at) => [level, at])) : null,
  )
  return (valueOf, into, row) => {
    let slot = row * design.slots
    design.columns.forEach((column, at) => {
      const start = design.starts[at]!
      const value = valueOf(at)
      if (column.kind === 'category') {
        const level = lookups[at]!.get(String(value))
        if (value !== null && level !== undefined) {
          into.index[slot] = start + level
          into.value[slot] = 1
        }
        slot++
        return
      }
      const known = typeof value === 'number' && Number.isFinite(value)
      if (known) {
        into.index[slot] = start
        into.value[slot] = (value - column.mean) / column.scale
      }
      slot++
      if (!column.missing) return
      if (!known) {
        into.index[slot] = start + 1
        into.value[slot] = 1
      }
      slot++
    })
  }
}

/**
 * The linear predictor of each row.
 *
 * @param coefficients Length features + 1, the intercept last.
 */
export function linearPredictor(design: Design, rows: DesignRows, coefficients: Float64Array): Float64Array {
  const out = new Float64Array(rows.rows)
  const intercept = coefficients[design.features]!
  for (let row = 0, slot = 0; row < rows.rows; row++) {
    let sum = intercept
    for (const end = slot + design.slots; slot < end; slot++) {
      const index = rows.index[slot]!
      if (index >= 0) sum += coefficients[index]! * rows.value[slot]!
    }
    out[row] = sum
  }
  return out
}
