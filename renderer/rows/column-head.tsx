/** A column's name, its sort, and the handle that makes it wider or narrower. */
import type { Rows, RowsRequest } from '../../shared/contract/dataset.ts'
import { Icon } from '../components/icon.tsx'

export const minWidth = 56
export const maxWidth = 800
const step = 16

const clamp = (width: number): number => Math.max(minWidth, Math.min(maxWidth, width))

export const ColumnHead = ({
  column,
  index,
  left,
  width,
  sort,
  onSort,
  onResize,
}: {
  readonly column: Rows['columns'][number]
  readonly index: number
  readonly left: number
  readonly width: number
  readonly sort: RowsRequest['sort']
  readonly onSort: () => void
  readonly onResize: (width: number) => void
}) => {
  const direction = sort?.column === column.name ? sort.direction : undefined
  const drag = (start: number): void => {
    const move = (event: PointerEvent): void => onResize(clamp(width + event.clientX - start))
    const stop = (): void => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', stop)
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', stop)
  }
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={direction ?? 'none'}
      className="grid-cell grid-column"
      style={{ left, width }}
    >
      <button type="button" className="grid-sort" onClick={onSort} title={`${column.name} (${column.type})`}>
        <span>{column.name}</span>
        {direction && <Icon name={direction === 'ascending' ? 'up' : 'down'} size={12} />}
      </button>
      <span
        role="separator"
        aria-orientation="vertical"
        aria-label={`Width of ${column.name}`}
        aria-valuenow={Math.round(width)}
        aria-valuemin={minWidth}
        aria-valuemax={maxWidth}
        tabIndex={0}
        className="grid-resize"
        onPointerDown={(event) => {
          event.preventDefault()
          drag(event.clientX)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
          event.preventDefault()
          event.stopPropagation()
          onResize(clamp(width + (event.key === 'ArrowRight' ? step : -step)))
        }}
      />
    </div>
  )
}
