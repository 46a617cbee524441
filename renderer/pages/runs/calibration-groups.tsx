/** Slices in which probabilities are farthest from what happened. */
import type { CalibrationGroups } from '../../../shared/contract/calibration.ts'
import { intervalText } from '../../../shared/format/interval.ts'
import { formatCount, formatMetric, plural } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'
import { DifferenceBar } from '../../components/difference-bar.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { metricDefinitions } from '../../../shared/metrics/definitions.ts'
import { MetricName } from './metric-name.tsx'

const shown = 20

export const CalibrationGroupsTable = ({ groups }: { readonly groups: CalibrationGroups }) => (
  <Section
    title="Calibration by slice"
    note={`Event “${groups.event}”; false discoveries held at 5 % over ${plural(groups.tested, 'slice')}, those farthest off first`}
  >
    {groups.found.length === 0 ? (
      <Empty icon="data" title="There are no slices to look at">
        Columns with few values or with numbers, and slices of at least 30 rows, are looked at.
      </Empty>
    ) : (
      <div className="table-scroll" role="group" aria-label="Calibration by slice" tabIndex={0}>
        <table className="table table-dense" data-testid="calibration-groups">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Value</th>
              <th scope="col" className="number">
                Rows
              </th>
              <th scope="col" className="number">
                Predicted
              </th>
              <th scope="col" className="number">
                Observed
              </th>
              <th scope="col" className="number">
                Observed minus predicted
              </th>
              <th scope="col">Around no difference</th>
              <th scope="col" className="number">
                p, adjusted
              </th>
              <th scope="col">The event is</th>
              <th scope="col">
                <MetricName name="ece" definition={metricDefinitions['ece']} />
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.found
              .filter(({ column }, at) => column === 'slice' || at < shown)
              .map(({ column, value, n, predicted, observed, gap, ece, pAdjusted, verdict }) => (
                <tr key={`${column}=${value}`}>
                  <th scope="row">{column}</th>
                  <td>{value}</td>
                  <td className="number">{formatCount(n)}</td>
                  <td className="number">{formatMetric({ ...observed, value: predicted }).value}</td>
                  <td className="number metric-value">{formatMetric(observed).value}</td>
                  <td className="number">{intervalText(gap) ?? '—'}</td>
                  <td>
                    <DifferenceBar metric={gap} />
                  </td>
                  <td className="number">{formatP(pAdjusted)}</td>
                  <td className="wrap-narrow">{verdict}</td>
                  <td className="wrap-narrow">
                    <MetricText metric={ece} />
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    )}
  </Section>
)
