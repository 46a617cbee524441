/** Each metric of one pair: both values, the paired difference with its interval drawn, and what it says. */
import type { ComparedPair, Comparison, Contender } from '../../../shared/contract/comparison.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { formatCount, formatMetric } from '../../../shared/format/number.ts'
import { toTsv } from '../../rows/tsv.ts'
import { MetricName } from '../runs/metric-name.tsx'
import { DifferenceCells, DifferenceHead } from './difference-head.tsx'
import { MarginVerdict, Verdict } from './verdict.tsx'

const text = (value: number | null): string | null => (value === null ? null : String(value))

const asTsv = (pair: ComparedPair, comparison: Comparison): string =>
  toTsv([
    ['metric', 'difference', 'low', 'high', 'n', 'p', 'p adjusted', 'verdict', 'margin', 'non-inferiority', 'test'],
    ...comparison.metricOrder.map((name) => {
      const found = pair.differences[name]
      return [
        name,
        text(found?.difference.value ?? null),
        text(found?.difference.low ?? null),
        text(found?.difference.high ?? null),
        text(found?.difference.n ?? null),
        text(found?.pValue ?? null),
        text(found?.pAdjusted ?? null),
        found?.verdict ?? null,
        text(found?.nonInferiority?.margin ?? null),
        found?.nonInferiority?.verdict ?? null,
        found?.test ?? null,
      ]
    }),
  ])

const valueOf = (contender: Contender | undefined, name: string): string => {
  const metric = contender?.metrics[name]
  return metric ? formatMetric(metric).value : '—'
}

export const DifferencesTable = ({
  pair,
  comparison,
}: {
  readonly pair: ComparedPair
  readonly comparison: Comparison
}) => {
  const reference = comparison.contenders.find(({ key }) => key === comparison.reference)
  const other = comparison.contenders.find(({ key }) => key === pair.other)
  return (
    <>
      <div className="table-scroll" role="group" aria-label="Paired differences" tabIndex={0}>
        <table className="table table-dense" data-testid="differences">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className="number">
                Reference
              </th>
              <th scope="col" className="number">
                Other
              </th>
              <DifferenceHead />
              <th scope="col" className="number">
                n
              </th>
              <th scope="col">Test</th>
            </tr>
          </thead>
          <tbody>
            {comparison.metricOrder.map((name) => {
              const found = pair.differences[name]
              if (!found) return null
              const { difference, nonInferiority } = found
              return (
                <tr key={name} data-metric={name} className={name === comparison.headline ? 'headline-row' : undefined}>
                  <th scope="row">
                    <MetricName name={name} definition={comparison.definitions[name]} />
                  </th>
                  <td className="number">{valueOf(reference, name)}</td>
                  <td className="number">{valueOf(other, name)}</td>
                  <DifferenceCells
                    difference={difference}
                    pAdjusted={found.pAdjusted}
                    margin={nonInferiority?.margin}
                  />
                  <td>
                    <Verdict word={found.verdict} />
                    {nonInferiority && <MarginVerdict found={found} />}
                  </td>
                  <td className="number">{formatCount(difference.n)}</td>
                  <td className="muted wrap-narrow" title={difference.method ?? difference.reason ?? ''}>
                    {found.test ?? 'none'}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <CopyButton
        text={() => asTsv(pair, comparison)}
        label="Copy as a table"
        name="Copy the paired differences as a table"
      />
    </>
  )
}
