import type { FairnessAttribute } from '../../../shared/contract/fairness.ts'
import { groupMetricDefinitions } from '../../../shared/fairness/definitions.ts'
import { MetricText } from '../../components/interval.tsx'
import { formatCount, formatPercent } from '../../../shared/format/number.ts'
import { MetricName } from '../runs/metric-name.tsx'

export const GroupsTable = ({ attribute }: { readonly attribute: FairnessAttribute }) => {
  // The document's keys are sorted; the definitions stand in the order in which they are read.
  const names = Object.keys(groupMetricDefinitions).filter((name) => attribute.groups[0]?.metrics[name])
  return (
    <div className="table-scroll" role="group" aria-label="Groups" tabIndex={0}>
      <table className="table table-wide" data-testid="groups">
        <thead>
          <tr>
            <th scope="col">{attribute.name}</th>
            <th scope="col" className="number">
              Rows
            </th>
            {names.map((name) => (
              <th key={name} scope="col" className="number">
                <MetricName name={name} definition={groupMetricDefinitions[name]} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {attribute.groups.map((group) => (
            <tr key={group.label}>
              <th scope="row">
                {group.label}
                {group.label === attribute.reference && <span className="muted"> (reference)</span>}
              </th>
              <td className="number">
                {formatCount(group.n)} <span className="muted">{formatPercent(group.share)}</span>
              </td>
              {names.map((name) => {
                const metric = group.metrics[name]
                return (
                  <td key={name} className="number">
                    {metric ? <MetricText metric={metric} /> : '—'}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
