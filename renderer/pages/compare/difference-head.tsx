/** The columns that every table of paired differences ends its head with, and its cells. */
import type { Metric } from '../../../shared/contract/evidence.ts'
import type { PairedDifference } from '../../../shared/contract/comparison.ts'
import { DifferenceBar } from '../../components/difference-bar.tsx'
import { intervalText } from '../../../shared/format/interval.ts'
import { formatMetric } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'

export const DifferenceHead = () => (
  <>
    <th scope="col" className="number">
      Difference
    </th>
    <th scope="col" className="number">
      95 % interval
    </th>
    <th scope="col">Around no difference</th>
    <th scope="col" className="number">
      p, adjusted
    </th>
    <th scope="col">The other is</th>
  </>
)

/** All of them but the last, the verdict. */
export const DifferenceCells = ({
  difference,
  pAdjusted,
  margin,
}: {
  readonly difference: Metric
  readonly pAdjusted: PairedDifference['pAdjusted']
  readonly margin?: number | undefined
}) => (
  <>
    <td className="number metric-value">{formatMetric(difference).value}</td>
    <td className="number">{intervalText(difference) ?? '—'}</td>
    <td>
      <DifferenceBar metric={difference} margin={margin} />
    </td>
    <td className="number">{formatP(pAdjusted)}</td>
  </>
)
