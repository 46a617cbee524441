/** The visible part of a table of any length: virtual in both directions, with a selection that can be copied. */
import type { KeyboardEvent } from 'react'
import { useEffect, useId, useRef, useState } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Rows, RowsRequest } from '../../shared/contract/dataset.ts'
import type { DatasetId } from '../../shared/contract/ids.ts'
import { formatCount } from '../../shared/format/number.ts'
import { pushToast } from '../shell/toast-store.ts'
import { ColumnHead } from './column-head.tsx'
import { GridRow } from './grid-row.tsx'
import type { Row, RowPages } from './row-pages.ts'
import type { Selection } from './selection.ts'
import { boxOf, moved } from './selection.ts'
import { toTsv } from './tsv.ts'

/** Past this height Chromium no longer places elements exactly. */
export const maxRows = 1_000_000
const rowHeight = 28
const imageRowHeight = 48
const maxCopiedRows = 100_000

const defaultWidth = (column: Rows['columns'][number]): number => {
  const byType = { integer: 88, float: 104, boolean: 80, string: 152, date: 104, timestamp: 176, image: 80 }[
    column.type
  ]
  return Math.max(byType, Math.min(240, 28 + column.name.length * 7.5))
}

export const RowsGrid = ({
  label,
  pages,
  columns,
  total,
  sort,
  onSort,
  imagesOf,
}: {
  readonly label: string
  readonly pages: RowPages
  readonly columns: Rows['columns']
  readonly total: number
  readonly sort: RowsRequest['sort']
  readonly onSort: (column: string) => void
  /** Whose images stand in image columns. */
  readonly imagesOf: DatasetId
}) => {
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>({})
  const [selection, setSelection] = useState<Selection>()
  const shown = Math.min(total, maxRows)
  const height = columns.some((column) => column.type === 'image') ? imageRowHeight : rowHeight
  const widthOf = (index: number): number => {
    const column = columns[index]
    return column ? (widths[column.name] ?? defaultWidth(column)) : 0
  }
  // Not compiled by the React compiler, so that its functions may change between renders.
  // eslint-disable-next-line react-hooks/incompatible-library
  const down = useVirtualizer({
    count: shown,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
  })
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: widthOf,
    overscan: 4,
  })
  const rows = down.getVirtualItems()
  const visible = across.getVirtualItems()
  const first = rows[0]?.index ?? 0
  const offset = rows[0]?.start ?? 0
  const last = rows.at(-1)?.index ?? 0
  useEffect(() => pages.need(first, last), [pages, first, last])
  useEffect(() => across.measure(), [across, widths])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return
    const far = event.ctrlKey || event.metaKey
    if (far && event.key.toLowerCase() === 'a') {
      event.preventDefault()
      setSelection({ anchor: { row: 0, column: 0 }, head: { row: shown - 1, column: columns.length - 1 } })
      return
    }
    if (event.altKey) return
    const head = selection?.head ?? { row: first, column: 0 }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 2)
    const next = moved(head, event.key, { rows: shown, columns: columns.length, page, far })
    if (!next) return
    event.preventDefault()
    setSelection({ anchor: event.shiftKey && selection ? selection.anchor : next, head: next })
    down.scrollToIndex(next.row)
    across.scrollToIndex(next.column)
  }
  // Where no text is selected the event is the body's, whatever has the focus.
  useEffect(() => {
    const onCopy = (event: ClipboardEvent): void => {
      if (!selection || document.activeElement !== scroller.current) return
      event.preventDefault()
      const box = boxOf(selection)
      const selected = box.bottom - box.top + 1
      const count = Math.min(maxCopiedRows, selected)
      const names = columns.slice(box.left, box.right + 1).map((column) => column.name)
      const asTsv = (found: readonly Row[]): string => {
        const cells = found.map((row) => row.slice(box.left, box.right + 1))
        return toTsv(count > 1 ? [names, ...cells] : cells)
      }
      // At once where the rows are there: what is written later needs the window to have the focus still.
      const known = pages.inMemory(box.top, count)
      if (known) {
        event.clipboardData?.setData('text/plain', asTsv(known))
        return
      }
      void pages.slice(box.top, count).then((found) => {
        if (count < selected) {
          pushToast({
            kind: 'note',
            title: `The first ${formatCount(count)} of ${formatCount(selected)} rows were copied`,
            body: 'The clipboard takes no more. Export the scores as a file for all rows.',
          })
        }
        return navigator.clipboard.writeText(asTsv(found))
      })
    }
    document.addEventListener('copy', onCopy)
    return () => document.removeEventListener('copy', onCopy)
  }, [selection, columns, pages])
  const box = selection ? boxOf(selection) : null
  const wide = across.getTotalSize()
  return (
    <div
      className="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-multiselectable="true"
      aria-activedescendant={selection ? `${id}-${selection.head.row}-${selection.head.column}` : undefined}
      tabIndex={0}
      ref={scroller}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="grid-head" style={{ width: wide }}>
        <div role="row" aria-rowindex={1}>
          {visible.map((item) => {
            const column = columns[item.index]
            return column ? (
              <ColumnHead
                key={column.name}
                column={column}
                index={item.index}
                left={item.start}
                width={item.size}
                sort={sort}
                onSort={() => onSort(column.name)}
                onResize={(width) => setWidths((before) => ({ ...before, [column.name]: width }))}
              />
            ) : null
          })}
        </div>
      </div>
      <div role="rowgroup" className="grid-body" style={{ width: wide, height: down.getTotalSize() }}>
        {/* Rows stand relative to this: at millions of pixels their own places are not exact. */}
        <div role="presentation" className="grid-window" style={{ top: offset }}>
          {rows.map((item) => (
            <GridRow
              key={item.index}
              id={id}
              index={item.index}
              top={item.start - offset}
              height={item.size}
              row={pages.row(item.index)}
              columns={columns}
              visible={visible}
              box={box}
              imagesOf={imagesOf}
              onSelect={(column, extend) => {
                const head = { row: item.index, column }
                setSelection((before) => ({ anchor: extend && before ? before.anchor : head, head }))
              }}
            />
          ))}
        </div>
      </div>
    </div>
  )
}
