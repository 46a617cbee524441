/** How a delimited file is read. Each change reads the first rows again. */
import type { Dialect } from '../../../shared/contract/dataset.ts'
import { Field, Select } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'

const delimiters = [
  [',', 'Comma'],
  [';', 'Semicolon'],
  ['\t', 'Tab'],
  ['|', 'Vertical bar'],
  [' ', 'Space'],
] as const

const newlines: Readonly<Record<Dialect['newline'], string>> = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' }

export const DialectFields = ({
  dialect,
  onChange,
}: {
  readonly dialect: Dialect
  readonly onChange: (change: Partial<Dialect>) => void
}) => {
  const known = delimiters.some(([value]) => value === dialect.delimiter)
  return (
    <Section
      title="How the file is read"
      note={`Lines end in ${newlines[dialect.newline]}${dialect.bom ? ', with a byte order mark' : ''}`}
    >
      <div className="field-row">
        <Field label="Delimiter">
          {(ids) => (
            <Select
              {...ids}
              value={dialect.delimiter}
              onChoose={(delimiter) => onChange({ delimiter })}
              choices={[
                ...delimiters.map(([value, title]) => ({ value: value as string, title })),
                ...(known ? [] : [{ value: dialect.delimiter, title: JSON.stringify(dialect.delimiter) }]),
              ]}
            />
          )}
        </Field>
        <Field label="Decimal mark">
          {(ids) => (
            <Select
              {...ids}
              value={dialect.decimal}
              onChoose={(decimal) => onChange({ decimal })}
              choices={[
                { value: '.', title: 'Point' },
                { value: ',', title: 'Comma' },
              ]}
            />
          )}
        </Field>
        <Field label="Encoding">
          {(ids) => (
            <Select
              {...ids}
              value={dialect.encoding}
              onChoose={(encoding) => onChange({ encoding })}
              choices={(['utf-8', 'windows-1252', 'utf-16le', 'utf-16be'] as const).map((value) => ({
                value,
                title: value.toUpperCase(),
              }))}
            />
          )}
        </Field>
        <Field label="Header">
          {(ids) => (
            <Select
              {...ids}
              value={String(dialect.headerLines)}
              onChoose={(lines) => onChange({ headerLines: Number(lines) })}
              choices={[
                { value: '0', title: 'None' },
                { value: '1', title: 'First line' },
                { value: '2', title: 'First two lines' },
                { value: '3', title: 'Three lines: name, type, role' },
              ]}
            />
          )}
        </Field>
        <Field label="Read as missing" help="Besides empty fields; separated by commas.">
          {(ids) => (
            <input
              {...ids}
              type="text"
              key={dialect.missing.join(',')}
              defaultValue={dialect.missing.join(', ')}
              onBlur={(event) => {
                const missing = event.target.value
                  .split(',')
                  .map((text) => text.trim())
                  .filter((text) => text !== '')
                if (missing.join(',') !== dialect.missing.join(',')) onChange({ missing })
              }}
            />
          )}
        </Field>
      </div>
    </Section>
  )
}
