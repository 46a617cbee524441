/** The confusion matrix as a table that is shaded by the share of its row. */
import type { Confusion } from '../../shared/contract/evidence.ts'
import { CopyButton } from '../components/copy-button.tsx'
import { formatCount, formatPercent } from '../../shared/format/number.ts'
import { toCsv } from './to-csv.ts'

/** Above this many classes the cells are as narrow as their numbers, and heads stand upright. */
const mostWide = 12

export const ConfusionMatrix = ({ confusion, note }: { readonly confusion: Confusion; readonly note: string }) => {
  const { labels, counts } = confusion
  const isDense = labels.length > mostWide
  const table = {
    columns: ['Actual', ...labels.map((label) => `Predicted ${label}`)],
    rows: labels.map((label, row) => [label, ...labels.map((_, column) => counts[row]?.[column] ?? 0)]),
  }
  return (
    <figure className="chart chart-confusion" data-chart="Confusion matrix">
      <figcaption className="chart-head">
        <div>
          <h3>Confusion matrix</h3>
          <p className="muted">{note}</p>
        </div>
        <div className="chart-tools">
          <CopyButton text={() => toCsv(table)} label="CSV" name="Copy Confusion matrix as CSV" />
        </div>
      </figcaption>
      <div className="table-scroll" tabIndex={0} role="group" aria-label="Confusion matrix">
        <table className={isDense ? 'confusion confusion-dense' : 'confusion'}>
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={labels.length}>
                Predicted
              </th>
            </tr>
            <tr>
              <th scope="col">Actual</th>
              {labels.map((label) => (
                <th key={label} scope="col" className="number" title={isDense ? label : undefined}>
                  <span>{label}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((label, row) => {
              const total = (counts[row] ?? []).reduce((sum, n) => sum + n, 0)
              return (
                <tr key={label}>
                  <th scope="row" title={isDense ? label : undefined}>
                    <span>{label}</span>
                  </th>
                  {labels.map((other, column) => {
                    const n = counts[row]?.[column] ?? 0
                    const share = total === 0 ? 0 : n / total
                    return (
                      <td
                        key={other}
                        className={row === column ? 'number confusion-right' : 'number'}
                        // At most 45 % of the shade, so that the text keeps its contrast in both themes.
                        style={{
                          backgroundColor: `color-mix(in srgb, var(--heat) ${Math.round(share * 45)}%, transparent)`,
                        }}
                        title={`Actual ${label}, predicted ${other}: ${formatCount(n)} of ${formatCount(total)}`}
                      >
                        {isDense && n === 0 ? <span className="visually-hidden">0</span> : formatCount(n)}
                        {labels.length <= 6 && <span className="confusion-share">{formatPercent(share)}</span>}
                      </td>
                    )
                  })}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </figure>
  )
}
