/** Groups of rows in which two models are compared: values of columns with few of them, quarters of the others. */
import type { Column, Dataset } from '../../../shared/contract/dataset.ts'
import type { GroupColumn } from '../../../shared/comparison/group-differences.ts'
import { formatShort } from '../../../shared/format/number.ts'
import { openDuck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import { scratchFolder } from '../../data-plane/scratch.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'

/** Columns that are looked at; more would be read for groups that a correction then hides. */
const mostColumns = 40
/** Values of a column past which it is cut into quarters, or left out where it cannot be. */
const mostValues = 20
const chunkRows = 65_536
const numeric = new Set<Column['type']>(['integer', 'float'])

interface Plan {
  readonly column: Column
  /** Inner edges of the quarters, rising; null for values. */
  readonly edges: readonly number[] | null
}

export async function groupColumns(
  engine: Engine,
  dataset: Dataset,
  rowNumber: Uint32Array,
  context: JobContext,
): Promise<GroupColumn[]> {
  const parquetPath = engine.workspace.files.path(dataset.data.sha256)
  const plans = await planColumns(dataset, parquetPath)
  if (plans.length === 0) return []
  const groups = plans.map(({ edges }) => (edges ? rangeNames(edges) : new Array<string>()))
  const codes = plans.map(() => new Map<string, number>())
  const groupOf = plans.map(() => new Int16Array(rowNumber.length).fill(-1))
  let at = 0
  context.progress({ step: 'Reading groups', done: 0, total: dataset.rows, unit: 'rows' })
  for await (const chunk of streamColumns({
    reader: await openReader(),
    parquetPath,
    columns: plans.map(({ column, edges }) => ({ name: column.name, as: edges ? 'double' : 'string' })),
    from: 0,
    chunkRows,
  })) {
    context.signal.throwIfAborted()
    const end = chunk.from + chunk.rows
    const start = at
    while (at < rowNumber.length && rowNumber[at]! < end) at++
    plans.forEach(({ edges }, which) => {
      const values = chunk.columns[which]!
      for (let used = start; used < at; used++) {
        const value = values[rowNumber[used]! - chunk.from] as number | string | null
        groupOf[which]![used] = edges
          ? rangeOf(value as number, edges)
          : valueOf(value as string | null, codes[which]!, groups[which]!)
      }
    })
    context.progress({ done: end })
  }
  return plans
    .map(({ column }, which) => ({ name: column.name, groups: groups[which]!, groupOf: groupOf[which]! }))
    .filter(({ groups: names }) => names.length > 1)
}

async function planColumns(dataset: Dataset, parquetPath: string): Promise<Plan[]> {
  const wanted = dataset.columns
    .filter(({ role, type, protected: isProtected, distinct }) => {
      const looked = role === 'feature' || isProtected
      return looked && type !== 'image' && distinct > 1 && (distinct <= mostValues || numeric.has(type))
    })
    // What the law or the policy asks about comes first.
    .sort((a, b) => Number(b.protected) - Number(a.protected))
    .slice(0, mostColumns)
  const ranged = wanted.filter(({ distinct }) => distinct > mostValues)
  const edges = await quarters(
    ranged.map(({ name }) => name),
    parquetPath,
  )
  return wanted.map((column) => ({
    column,
    edges: column.distinct > mostValues ? (edges.get(column.name) ?? []) : null,
  }))
}

async function quarters(names: readonly string[], parquetPath: string): Promise<Map<string, number[]>> {
  if (names.length === 0) return new Map()
  const duck = await openDuck({ temporaryDirectory: scratchFolder() })
  try {
    const edges = new Map<string, number[]>()
    // A column at a time: exact quantiles hold all its values, which no limit of DuckDB's covers.
    for (const name of names) {
      const found = await duck.run(
        `SELECT unnest(quantile_cont(${quoteIdentifier(name)}::DOUBLE, [0.25, 0.5, 0.75])) FROM read_parquet(${quotePath(parquetPath)})`,
      )
      const values = (await found.getRows()).map(([edge]) => Number(edge))
      edges.set(name, [...new Set(values)].filter(Number.isFinite))
    }
    return edges
  } finally {
    duck.close()
  }
}

function rangeNames(edges: readonly number[]): string[] {
  const text = edges.map(formatShort)
  return [
    `below ${text[0]}`,
    ...edges.slice(1).map((_, at) => `${text[at]} to below ${text[at + 1]}`),
    `${text[text.length - 1]} and above`,
  ]
}

function rangeOf(value: number, edges: readonly number[]): number {
  if (!Number.isFinite(value) || edges.length === 0) return -1
  const above = edges.findIndex((edge) => value < edge)
  return above < 0 ? edges.length : above
}

function valueOf(value: string | null, codes: Map<string, number>, names: string[]): number {
  if (value === null) return -1
  let code = codes.get(value)
  if (code === undefined) {
    // A count of distinct values may be approximate: what comes past it has no group.
    if (names.length > 2 * mostValues) return -1
    code = names.length
    names.push(value)
    codes.set(value, code)
  }
  return code
}
