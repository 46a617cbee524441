/** The raw columns that a caller of the release sends, as the evaluated dataset had them. */
import type { Column, Dataset } from '../../../shared/contract/dataset.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import type { InputColumn, Reference } from '../../../shared/serving/release-manifest.ts'
import { quoteIdentifier, quotePath } from '../../data-plane/quote.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { boundColumns } from '../../../shared/scoring/bound-columns.ts'

/** Statistics list at most so many values, and cut long ones. */
const longestListed = 500

/** Every value with its count, where the statistics hold all of them. */
function valuesOf(column: Column): { value: string; n: number }[] | null {
  if (column.type !== 'string' && column.type !== 'boolean') return null
  const complete = column.top.length > 0 && column.top.length === column.distinct
  return complete && column.top.every(({ value }) => value.length < longestListed) ? column.top : null
}

const isNumber = (column: Column): boolean => column.type === 'integer' || column.type === 'float'

/** Deciles and counts between them, with the edges that the drift analysis takes. */
async function binsOf(duck: Duck, source: string, column: Column): Promise<Reference | null> {
  const value = `${quoteIdentifier(column.name)}::DOUBLE`
  const finite = `${quoteIdentifier(column.name)} IS NOT NULL AND isfinite(${value})`
  const levels = Array.from({ length: 11 }, (_, k) => (k / 10).toFixed(1)).join(', ')
  const [quantiles] = await (
    await duck.run(`SELECT quantile_cont(${value}, [${levels}]) FILTER (${finite}) FROM ${source}`)
  ).getRowsJson()
  const deciles = (quantiles?.[0] as (number | string)[] | null)?.map(Number) ?? []
  const distinct = [...new Set(deciles)]
  if (distinct.length === 0) return null
  const edges = distinct.length > 2 ? distinct.slice(1, -1) : distinct.slice(0, 1)
  const below = edges.map((edge) => `count(*) FILTER (${finite} AND ${value} < ${edge}::DOUBLE)`)
  const [row] = await (
    await duck.run(`SELECT ${below.join(', ')}, count(*) FILTER (${finite}) FROM ${source}`)
  ).getRows()
  const cumulative = row!.map(Number)
  return { kind: 'bins', edges, counts: cumulative.map((count, k) => count - (k === 0 ? 0 : cumulative[k - 1]!)) }
}

export async function inputSchema(
  duck: Duck,
  dataset: Dataset,
  dataPath: string,
  binding: Binding,
): Promise<InputColumn[]> {
  const source = `read_parquet(${quotePath(dataPath)})`
  const columns: InputColumn[] = []
  for (const name of boundColumns(binding)) {
    const column = dataset.columns.find((entry) => entry.name === name)!
    const values = valuesOf(column)
    const image = binding.inputs.find((input) => input.kind === 'image' && input.column === name)
    columns.push({
      name,
      type: column.type,
      missing: column.missing > 0,
      protected: column.protected,
      minimum: isNumber(column) && column.min !== null ? Number(column.min) : null,
      maximum: isNumber(column) && column.max !== null ? Number(column.max) : null,
      categories: values?.map(({ value }) => value) ?? null,
      image: image?.kind === 'image' ? { width: image.width, height: image.height, channels: image.channels } : null,
      reference: isNumber(column)
        ? await binsOf(duck, source, column)
        : values
          ? { kind: 'categories', counts: values.map(({ n }) => n) }
          : null,
      ...(column.decimal ? { decimal: column.decimal } : {}),
    })
  }
  return columns
}
