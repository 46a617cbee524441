/** Which classes are taken for which others most often: what a large confusion matrix hides. */
import type { Confusion } from '../../../shared/contract/evidence.ts'
import { formatCount, formatPercent } from '../../../shared/format/number.ts'
import { Section } from '../../components/page.tsx'

const shown = 10

/** Pairs of classes by rows, the most frequent first. */
const confusedPairs = ({ labels, counts }: Confusion) =>
  labels
    .flatMap((actual, row) => {
      const total = (counts[row] ?? []).reduce((sum, n) => sum + n, 0)
      return labels.flatMap((predicted, column) => {
        const n = counts[row]?.[column] ?? 0
        return row === column || n === 0 ? [] : [{ actual, predicted, n, total }]
      })
    })
    .sort((a, b) => b.n - a.n)

export const MostConfused = ({ confusion }: { readonly confusion: Confusion }) => {
  const pairs = confusedPairs(confusion)
  if (pairs.length === 0) return null
  const wrong = pairs.reduce((sum, { n }) => sum + n, 0)
  return (
    <Section
      title="Most often confused"
      note={`${formatCount(Math.min(shown, pairs.length))} of ${formatCount(pairs.length)} pairs with wrong rows; ${formatCount(wrong)} rows are wrong in all`}
    >
      <div className="table-scroll" role="group" aria-label="Most often confused" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Actually</th>
              <th scope="col">Predicted</th>
              <th scope="col" className="number">
                Rows
              </th>
              <th scope="col" className="number">
                Of the actual class
              </th>
            </tr>
          </thead>
          <tbody>
            {pairs.slice(0, shown).map(({ actual, predicted, n, total }) => (
              <tr key={`${actual} ${predicted}`}>
                <th scope="row">{actual}</th>
                <td>{predicted}</td>
                <td className="number">{formatCount(n)}</td>
                <td className="number">
                  {formatPercent(n / total)} <span className="muted">of {formatCount(total)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
