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
}
