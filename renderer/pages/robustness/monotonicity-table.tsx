/** Along each column: how many rows rise, fall, stay or do neither, and the mean score as a curve. */
import { useMemo, useState } from 'react'
import type { Monotonicity } from '../../../shared/contract/robustness.ts'
import { Field, Select } from '../../components/field.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { byStrengthSpec } from '../../charts/by-strength.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { formatNumber, plural } from '../../../shared/format/number.ts'

const Curve = ({ entry }: { readonly entry: Monotonicity }) => {
  const spec = useMemo(
    () =>
      byStrengthSpec(
        entry.grid.map((place, at) => {
          const value = entry.meanScore[at] ?? null
          return {
            strength: place,
            metric: { value, low: null, high: null, n: entry.rows, method: null, reason: 'a mean over moved rows' },
          }
        }),
        {
          title: `Mean score by ${entry.column}`,
          note: `Each of ${plural(entry.rows, 'row')} is moved to each place, all else as it is.`,
          x: entry.column,
          y: 'Mean score',
          unchanged: null,
        },
      ),
    [entry],
  )
  return <ChartFrame spec={spec} />
}

export const MonotonicityTable = ({ entries }: { readonly entries: readonly Monotonicity[] }) => {
  const [column, setColumn] = useState(entries[0]?.column ?? '')
  const entry = entries.find((one) => one.column === column) ?? entries[0]
  return (
    <Section title="Monotonicity" note="Does the score only rise, or only fall, as one column rises?">
      <div className="table-scroll" role="group" aria-label="Monotonicity" tabIndex={0}>
        <table className="table" data-testid="monotonicity">
          <thead>
            <tr>
              <th scope="col">Column</th>
              {['Only rises', 'Only falls', 'Stays', 'Does neither'].map((title) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
              <th scope="col">Must be</th>
              <th scope="col" className="number">
                Against it
              </th>
              <th scope="col" className="number">
                Largest step against it
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map((one) => (
              <tr key={one.column}>
                <th scope="row">{one.column}</th>
                {[one.rising, one.falling, one.flat, one.mixed].map((share, at) => (
                  <td key={at} className="number">
                    <MetricText metric={share} />
                  </td>
                ))}
                <td>{one.expected ?? <span className="muted">as the mean</span>}</td>
                <td className="number">
                  <MetricText metric={one.violations} />
                </td>
                <td className="number">{one.largestViolation === null ? '—' : formatNumber(one.largestViolation)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Field label="Curve of">
        {(ids) => (
          <Select
            {...ids}
            value={entry?.column ?? ''}
            onChoose={setColumn}
            choices={entries.map((one) => ({ value: one.column, title: one.column }))}
          />
        )}
      </Field>
      {entry && <Curve entry={entry} />}
    </Section>
  )
}
