/** Cells as a spreadsheet takes them from the clipboard: tabs between cells, quotes where a value needs them. */
const cell = (value: string | null): string => {
  if (value === null) return ''
  return /[\t\n\r"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

export const toTsv = (rows: readonly (readonly (string | null)[])[]): string =>
  rows.map((row) => row.map(cell).join('\t')).join('\n')
