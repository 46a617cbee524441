import type { VirtualItem } from '@tanstack/react-virtual'
import type { Rows } from '../../shared/contract/dataset.ts'
import type { DatasetId } from '../../shared/contract/ids.ts'
import { ImageCell } from './image-cell.tsx'
import type { Row } from './row-pages.ts'
import type { Box } from './selection.ts'
import { inBox } from './selection.ts'

const isNumber = (type: Rows['columns'][number]['type']): boolean => type === 'integer' || type === 'float'

/** An image's cell says "image 17": its row in the file, counted from 1. */
const imageRow = (cell: string): number => Number(cell.replace('image ', '')) - 1

export const GridRow = ({
  id,
  index,
  top,
  height,
  row,
  columns,
  visible,
  box,
  imagesOf,
  onSelect,
}: {
  readonly id: string
  readonly index: number
  readonly top: number
  readonly height: number
  /** Undefined while its page is on its way. */
  readonly row: Row | undefined
  readonly columns: Rows['columns']
  readonly visible: readonly VirtualItem[]
  readonly box: Box | null
  readonly imagesOf: DatasetId
  readonly onSelect: (column: number, extend: boolean) => void
}) => (
  <div role="row" aria-rowindex={index + 2} className="grid-row" style={{ transform: `translateY(${top}px)`, height }}>
    {visible.map((item) => {
      const column = columns[item.index]
      if (!column) return null
      const value = row?.[item.index]
      const selected = box !== null && inBox(box, index, item.index)
      return (
        <div
          key={column.name}
          id={`${id}-${index}-${item.index}`}
          role="gridcell"
          aria-colindex={item.index + 1}
          aria-selected={selected}
          className={`grid-cell${isNumber(column.type) ? ' grid-number' : ''}${selected ? ' grid-selected' : ''}`}
          style={{ left: item.start, width: item.size }}
          onPointerDown={(event) => {
            if (event.button === 0) onSelect(item.index, event.shiftKey)
          }}
          onPointerEnter={(event) => {
            if (event.buttons === 1) onSelect(item.index, true)
          }}
        >
          {row === undefined ? (
            <span className="grid-pending" />
          ) : value === null || value === undefined ? (
            <span className="grid-missing">missing</span>
          ) : column.type === 'image' ? (
            <ImageCell datasetId={imagesOf} column={column.name} row={imageRow(value)} />
          ) : (
            value
          )}
        </div>
      )
    })}
  </div>
)
