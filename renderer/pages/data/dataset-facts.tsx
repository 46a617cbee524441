/** The file that a dataset is a snapshot of, and how it was read. */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import { Facts } from '../../components/facts.tsx'
import { Hash } from '../../components/hash.tsx'
import { formatBytes, formatCount } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'

const visible = (text: string): string =>
  ({ '\t': 'Tab', ' ': 'Space', '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' })[text] ?? text

export const DatasetFacts = ({ dataset }: { readonly dataset: Dataset }) => {
  const { source, data } = dataset
  const { dialect } = source
  return (
    <Facts
      facts={[
        ['File', source.fileName],
        ['Format', source.format],
        ['File size', formatBytes(source.bytes)],
        ['File, SHA-256', <Hash key="file" value={source.sha256} name="hash of the source file" />],
        ['Imported', formatTime(dataset.createdAt)],
        ['Rows', formatCount(dataset.rows)],
        ['Stored as Parquet', formatBytes(data.bytes)],
        ['Data, SHA-256', <Hash key="data" value={data.sha256} name="hash of the data" />],
        ...(dialect
          ? ([
              ['Delimiter', visible(dialect.delimiter)],
              ['Quote', dialect.quote === '' ? 'none' : dialect.quote],
              ['Decimal mark', dialect.decimal],
              ['Encoding', `${dialect.encoding.toUpperCase()}${dialect.bom ? ' with a byte order mark' : ''}`],
              ['Line ends', visible(dialect.newline)],
              ['Header lines', String(dialect.headerLines)],
              [
                'Read as missing',
                dialect.missing.length === 0 ? 'empty fields' : `empty fields, ${dialect.missing.join(', ')}`,
              ],
            ] as const)
          : []),
      ]}
    />
  )
}
