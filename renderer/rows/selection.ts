/** A rectangle of cells, from where it was started to where it was drawn. */
export interface Cell {
  readonly row: number
  readonly column: number
}
export interface Selection {
  readonly anchor: Cell
  readonly head: Cell
}
export interface Box {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

export const boxOf = ({ anchor, head }: Selection): Box => ({
  top: Math.min(anchor.row, head.row),
  bottom: Math.max(anchor.row, head.row),
  left: Math.min(anchor.column, head.column),
  right: Math.max(anchor.column, head.column),
})

export const inBox = (box: Box, row: number, column: number): boolean =>
  row >= box.top && row <= box.bottom && column >= box.left && column <= box.right

/** Where a key moves the head, or null where it does not move it. */
export const moved = (
  head: Cell,
  key: string,
  {
    rows,
    columns,
    page,
    far,
  }: { readonly rows: number; readonly columns: number; readonly page: number; readonly far: boolean },
): Cell | null => {
  const at = (row: number, column: number): Cell => ({
    row: Math.max(0, Math.min(rows - 1, row)),
    column: Math.max(0, Math.min(columns - 1, column)),
  })
  switch (key) {
    case 'ArrowDown':
      return at(far ? rows - 1 : head.row + 1, head.column)
    case 'ArrowUp':
      return at(far ? 0 : head.row - 1, head.column)
    case 'ArrowRight':
      return at(head.row, far ? columns - 1 : head.column + 1)
    case 'ArrowLeft':
      return at(head.row, far ? 0 : head.column - 1)
    case 'PageDown':
      return at(head.row + page, head.column)
    case 'PageUp':
      return at(head.row - page, head.column)
    case 'Home':
      return at(far ? 0 : head.row, 0)
    case 'End':
      return at(far ? rows - 1 : head.row, columns - 1)
    default:
      return null
  }
}
