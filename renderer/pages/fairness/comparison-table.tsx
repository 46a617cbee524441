/** Each group against the reference: differences with their tests, and Clarify's measures. */
import type { FairnessAttribute } from '../../../shared/contract/fairness.ts'
import { clarifyDefinitions, groupMetricDefinitions } from '../../../shared/fairness/definitions.ts'
import { MetricText } from '../../components/interval.tsx'
import { formatP } from '../../../shared/format/p-value.ts'
import { MetricName } from '../runs/metric-name.tsx'

/** Columns of more groups than these are in the evidence, not on the screen. */
const mostColumns = 12

export const ComparisonTable = ({ attribute }: { readonly attribute: FairnessAttribute }) => {
  const shown = attribute.comparisons.slice(0, mostColumns)
  const differences = Object.keys(groupMetricDefinitions).filter((name) => shown[0]?.differences[name])
  const measures = Object.keys(clarifyDefinitions).filter((name) => shown[0]?.measures[name])
  return (
    <div className="table-scroll" role="group" aria-label={`Groups against ${attribute.reference}`} tabIndex={0}>
      <table className="table" data-testid="comparisons">
        <thead>
          <tr>
            <th scope="col">Group minus reference</th>
            {shown.map(({ group }) => (
              <th key={group} scope="col" className="number">
                {group}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {differences.map((name) => (
            <tr key={name}>
              <th scope="row">
                <MetricName name={name} definition={groupMetricDefinitions[name]} />
              </th>
              {shown.map(({ group, differences: own }) => (
                <td key={group} className="number">
                  {own[name] ? (
                    <>
                      <MetricText metric={own[name].difference} />
                      <span className="muted"> p {formatP(own[name].pAdjusted)}</span>
                    </>
                  ) : (
                    '—'
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {measures.length > 0 && (
          <tbody>
            <tr>
              <th scope="colgroup" colSpan={shown.length + 1} className="muted">
                Measures of SageMaker Clarify: d is the group, a the reference
              </th>
            </tr>
            {measures.map((name) => (
              <tr key={name}>
                <th scope="row">
                  <MetricName name={name} definition={clarifyDefinitions[name]} />
                </th>
                {shown.map(({ group, measures: own }) => (
                  <td key={group} className="number">
                    {own[name] ? <MetricText metric={own[name]} /> : '—'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        )}
      </table>
    </div>
  )
}
