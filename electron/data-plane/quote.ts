import { formulaStart } from '../../shared/format/spreadsheet.ts'

/** Names and texts inside SQL: doubled quotes are all that DuckDB needs, and nothing from a file goes in without them. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A file to be read. Where its name has brackets or a star DuckDB would look for others: "data[1].csv" names data1.csv. */
export function quotePath(path: string): string {
  return quoteText(path.replace(/[*?[]/g, '[$&]'))
}

/** A text expression for a CSV file: what a spreadsheet would run as a formula gets an apostrophe before it. */
export const guardedSql = (expression: string): string =>
  `CASE WHEN regexp_matches(${expression}, '${formulaStart.source}') THEN '''' || ${expression} ELSE ${expression} END`
