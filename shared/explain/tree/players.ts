/**
 * The players of the game: the columns that the user knows. Every input of the trees belongs to one of them, so the
 * columns that a one-hot encoder made of one raw column move together, as they do in the data.
 */
export interface Players {
  readonly count: number
  /** The player of each input of the trees. */
  readonly ofInput: Int32Array
}

/** Rows of the trees' inputs, column by column. Unused inputs may be left empty. */
export interface Block {
  readonly rows: number
  readonly columns: readonly (Float32Array | Float64Array)[]
}
