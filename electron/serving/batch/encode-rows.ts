/** Rows of a batch's output as bytes of a delimited file, of JSON lines, or of Parquet. */
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet-writer'
import { guardCell } from '../../../shared/format/spreadsheet.ts'
import type { TableFormat } from '../../../shared/serving/batch-part.ts'
import type { OutputCell, OutputColumn } from './output-columns.ts'

/** `head`, then `rows` of one block after another, then `end`: their bytes, one after another, are the file. */
export interface RowEncoder {
  head(): Uint8Array
  rows(cells: readonly (readonly OutputCell[])[]): Uint8Array
  end(): Uint8Array
}

/** Rows that a row group of Parquet has at least, where there are as many. */
export const groupRows = 8192

/**
 * @param cut rows of a row group of Parquet. Groups are cut there in the whole file, whatever the shard: parts are put
 *   together group by group, and equal one process's file
 */
export function makeEncoder(format: TableFormat, columns: readonly OutputColumn[], cut: number): RowEncoder {
  if (format === 'parquet') return parquetEncoder(columns, cut)
  const line = format === 'csv' ? csvLine : jsonLine(columns)
  const none = new Uint8Array(0)
  return {
    head: () =>
      format === 'csv'
        ? Buffer.from(
            csvLine(
              columns.map(({ name }) => name),
              true,
            ),
          )
        : none,
    rows: (cells) => Buffer.from(cells.map((row) => line(row)).join('')),
    end: () => none,
  }
}

/** Cells are made harmless to spreadsheets; names of columns are the caller's own, and other programs look for them. */
function csvLine(cells: readonly OutputCell[], isHeader = false): string {
  const fields = cells.map((cell) => {
    const text = typeof cell === 'string' && !isHeader ? guardCell(cell) : String(cell ?? '')
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${fields.join(',')}\n`
}

const jsonLine =
  (columns: readonly OutputColumn[]) =>
  (cells: readonly OutputCell[]): string =>
    `${JSON.stringify(Object.fromEntries(columns.map(({ name }, k) => [name, cells[k]])))}\n`

function elementOf({ name, kind }: OutputColumn): SchemaElement {
  if (kind === 'row') return { name, type: 'INT64', repetition_type: 'REQUIRED' }
  if (kind === 'number') return { name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }
  return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }
}

function parquetEncoder(columns: readonly OutputColumn[], cut: number): RowEncoder {
  const sink = new ByteWriter()
  const writer = new ParquetWriter({
    writer: sink,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)],
    createdBy: 'assay',
    // hyparquet does not read all of them, so that a footer that is put together from parts would be another one.
    statistics: false,
  })
  let group: (readonly OutputCell[])[] = []
  const writeGroup = (): void => {
    const taken = group.splice(0, cut)
    if (taken.length === 0) return
    void writer.write({
      columnData: columns.map(({ name, kind }, k) => ({
        name,
        data: taken.map((cells) => (kind === 'row' ? BigInt(cells[k]!) : cells[k])),
        // Their places in the file would have to be moved when parts are put together, and groups are small.
        offsetIndex: false,
      })),
      rowGroupSize: cut,
    })
  }
  return {
    head: () => drain(sink),
    rows: (cells) => {
      group = group.concat(cells)
      while (group.length >= cut) writeGroup()
      return drain(sink)
    },
    end: () => {
      writeGroup()
      void writer.finish()
      return drain(sink)
    },
  }
}

/** What was written since the last time; the writer goes on counting from the start of the file. */
export function drain(sink: ByteWriter): Uint8Array {
  const bytes = sink.getBytes().slice()
  sink.index = 0
  return bytes
}
