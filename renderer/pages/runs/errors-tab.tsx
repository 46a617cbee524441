/** Where a regression model errs, bin by bin of its prediction. */
import type { RegressionEvidence } from '../../../shared/contract/evidence.ts'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { formatCount, formatNumber } from '../../../shared/format/number.ts'

const quantileTitles = ['5 %', '25 %', 'Median', '75 %', '95 %']

export const ErrorsTab = ({ detail }: { readonly detail: RegressionEvidence }) => (
  <>
    <Section title="By prediction" note="Bins with equally many rows; residuals are target minus prediction">
      <div className="table-scroll" role="group" aria-label="Errors by prediction" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">
                Prediction
              </th>
              <th scope="col" className="number">
                Rows
              </th>
              <th scope="col" className="number">
                Mean prediction
              </th>
              <th scope="col" className="number">
                Mean target, 95 % interval
              </th>
              {quantileTitles.map((title) => (
                <th key={title} scope="col" className="number">
                  Residual, {title.toLowerCase()}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {detail.byPrediction.map((bin) => (
              <tr key={bin.predictionLow}>
                <th scope="row" className="number">
                  {formatNumber(bin.predictionLow)} to {formatNumber(bin.predictionHigh)}
                </th>
                <td className="number">{formatCount(bin.n)}</td>
                <td className="number">{formatNumber(bin.predictionMean)}</td>
                <td className="number">
                  <MetricText metric={bin.targetMean} />
                </td>
                {quantileTitles.map((title, index) => (
                  <td key={title} className="number">
                    {bin.residualQuantiles[index] === undefined ? '—' : formatNumber(bin.residualQuantiles[index])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
    <Section title="Residual quantiles" note="The share of rows whose residual is at or below the value">
      <div className="table-scroll" role="group" aria-label="Residual quantiles" tabIndex={0}>
        <table className="table table-narrow">
          <thead>
            <tr>
              <th scope="col" className="number">
                Share of rows
              </th>
              <th scope="col" className="number">
                Residual
              </th>
            </tr>
          </thead>
          <tbody>
            {detail.residualQuantiles.probability.map((probability, index) => (
              <tr key={probability}>
                <th scope="row" className="number">
                  {formatNumber(probability)}
                </th>
                <td className="number">{formatNumber(detail.residualQuantiles.value[index] ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  </>
)
