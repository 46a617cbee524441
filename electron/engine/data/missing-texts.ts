/** Which texts of a file were read as missing. */
import type { DuckDBMapValue } from '@duckdb/node-api'
import type { Column } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteText } from '../../data-plane/quote.ts'
import type { MissingRule } from './infer-types.ts'
import type { TextRelation } from './text-relation.ts'

/** Columns that are named for it. */
const mostColumns = 20

/** Texts of a column of texts that were read as missing: one of them may be a value, as NA is of a country. */
export async function missingTexts(
  duck: Duck,
  relation: TextRelation,
  rule: MissingRule,
  columns: readonly Column[],
): Promise<EvidenceFinding[]> {
  const places = columns.flatMap(({ type, missing }, index) => (type === 'string' && missing > 0 ? [index] : []))
  if (places.length === 0) return []
  const meant = `[${rule.texts.map(quoteText).join(', ')}]`
  // One pass for all columns: the file is read anew.
  const counts = places.map((k) => `histogram(trim(c${k})) FILTER (WHERE list_contains(${meant}, trim(c${k})))`)
  const [found] = await (await duck.run(`SELECT ${counts.join(', ')} FROM ${relation.sql}`)).getRows()
  return places
    .flatMap((place, k) => {
      const texts = ((found![k] as DuckDBMapValue | null)?.entries ?? [])
        .map(({ key, value }) => ({ text: String(key), n: Number(value) }))
        .sort((a, b) => b.n - a.n)
      return texts.length > 0 ? [missingTextsFinding(columns[place]!.name, texts)] : []
    })
    .slice(0, mostColumns)
}

function missingTextsFinding(column: string, texts: readonly { text: string; n: number }[]): EvidenceFinding {
  return {
    code: 'dataset/missing-texts',
    severity: 'note',
    message: `Values of "${column}" are read as missing for what they say: ${texts.map(({ text, n }) => `"${text}" (${n})`).join(', ')}.`,
    remedy: 'If one of them is a value, say which texts mean missing: --missing, or “Read as missing” in the window.',
    where: { column, rows: texts.reduce((sum, { n }) => sum + n, 0) },
  }
}
