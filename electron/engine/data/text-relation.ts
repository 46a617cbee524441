/** A file of any format as SQL that gives every column as text, so that types are inferred in one way for all. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath, quoteText } from '../../data-plane/quote.ts'
import type { PreparedDelimited } from './prepare-delimited.ts'

export interface TextRelation {
  /** Goes after FROM. Its columns are c0, c1, …, all VARCHAR. */
  readonly sql: string
  readonly names: readonly string[]
}

const columnName = (index: number) => `c${index}`

/** Names without blanks at their ends, never empty, never twice; says what was changed. */
export function uniqueNames(raw: readonly string[]): {
  readonly names: string[]
  readonly changed: { from: string; to: string }[]
} {
  const taken = new Set<string>()
  const changed: { from: string; to: string }[] = []
  const names = raw.map((text, index) => {
    const clean =
      text
        .trim()
        .replace(/[\u0000-\u001f\u007f]+/g, ' ')
        .slice(0, 200) || `column_${index + 1}`
    // Records keyed by names cannot hold this one.
    let name = clean === '__proto__' ? 'proto' : clean
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${clean}_${number}`
    taken.add(name.toLowerCase())
    if (name !== text.trim()) changed.push({ from: text, to: name })
    return name
  })
  return { names, changed }
}

export function delimitedRelation(prepared: PreparedDelimited, names: readonly string[]): TextRelation {
  const { dialect, facts } = prepared
  const columns = names.map((_, index) => `'${columnName(index)}': 'VARCHAR'`).join(', ')
  const lineSize = Math.max(2_097_152, facts.longestLine + 1)
  const options = [
    'auto_detect=false',
    'header=false',
    `skip=${prepared.skipLines}`,
    `delim=${quoteText(dialect.delimiter)}`,
    `quote=${quoteText(dialect.quote)}`,
    `escape=${quoteText(dialect.quote)}`,
    `max_line_size=${lineSize}`,
    // DuckDB would take 32 lines of the largest size; the buffer must only hold a few.
    `buffer_size=${lineSize * 4}`,
    'strict_mode=false',
    `columns={${columns}}`,
  ]
  return { sql: `read_csv(${quotePath(prepared.path)}, ${options.join(', ')})`, names }
}

/** @throws AssayError dataset/nested-column, dataset/no-rows, dataset/unreadable */
export async function jsonRelation(
  duck: Duck,
  path: string,
  fileName: string,
  format: 'json' | 'jsonl',
): Promise<TextRelation> {
  const read = `format='${format === 'json' ? 'array' : 'newline_delimited'}', maximum_object_size=4194304`
  const described = await describe(
    duck,
    `read_json(${quotePath(path)}, ${read}, convert_strings_to_integers=false, map_inference_threshold=-1, sample_size=-1)`,
    fileName,
  )
  // As the file writes each value: a whole number past 64 bits would come back as the nearest float.
  const columns = described.map(({ name }) => `${quoteText(name)}: 'VARCHAR'`).join(', ')
  const select = described.map(({ name }, index) => `${quoteIdentifier(name)} AS ${columnName(index)}`)
  return {
    sql: `(SELECT ${select.join(', ')} FROM read_json(${quotePath(path)}, ${read}, columns={${columns}}))`,
    names: described.map(({ name }) => name),
  }
}

export async function parquetColumns(
  duck: Duck,
  path: string,
  fileName: string,
): Promise<{ name: string; type: string }[]> {
  return describe(duck, `read_parquet(${quotePath(path)})`, fileName)
}

async function describe(duck: Duck, source: string, fileName: string): Promise<{ name: string; type: string }[]> {
  const result = await duck.run(`DESCRIBE SELECT * FROM ${source}`).catch((error: unknown) => {
    throw new AssayError({
      code: 'dataset/unreadable',
      message: `${fileName} cannot be read: ${firstLine(error)}`,
      remedy: 'Check the file with the program that wrote it.',
      where: { file: fileName },
    })
  })
  const rows = await result.getRowsJson()
  const columns = rows.map((row) => ({ name: String(row[0]), type: String(row[1]) }))
  const nested = columns.find((column) => /^(STRUCT|MAP|UNION)|\[\d*\]$/.test(column.type))
  if (nested) {
    throw new AssayError({
      code: 'dataset/nested-column',
      message: `The column "${nested.name}" of ${fileName} holds nested values (${nested.type.slice(0, 80)}).`,
      remedy: 'Flatten it into plain columns, or leave it out of the file.',
      where: { file: fileName, column: nested.name },
    })
  }
  return columns
}

export function firstLine(error: unknown): string {
  return String((error as Error)?.message ?? error)
    .split('\n')[0]!
    .slice(0, 300)
}
