/** Names and texts inside SQL: doubled quotes are all that DuckDB needs, and nothing from a file goes in without them. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
