/** Columns of rows on their way to a model: what the data plane streams, and what a request's rows become. */

export interface StreamedColumn {
  readonly name: string
  /** float and double give NaN where a value is missing; bigint refuses missing values; string and blob give null. */
  readonly as: 'float' | 'double' | 'bigint' | 'string' | 'blob'
}

export type ColumnValues = Float32Array | Float64Array | BigInt64Array | (string | null)[] | (Uint8Array | null)[]

export interface StreamedChunk {
  readonly rows: number
  /** Number of the first row, counted from 0. */
  readonly from: number
  /** In the order asked for. */
  readonly columns: readonly ColumnValues[]
  /**
   * Instead of columns, where rows of float32 lie ready: writes rows [from, from + rows) of the columns at `places`,
   * row by row, to `into`.
   */
  readonly readNumbers?: (places: readonly number[], from: number, rows: number, into: Float32Array) => void
}
