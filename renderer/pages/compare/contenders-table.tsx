/** Who takes part: the reference, the other runs, the baselines, each with its own headline metric. */
import { Link } from 'react-router'
import type { Comparison } from '../../../shared/contract/comparison.ts'
import { IntervalBar, MetricText } from '../../components/interval.tsx'
import { MetricName } from '../runs/metric-name.tsx'
import { rangeOf } from '../runs/metric-range.ts'
import { Verdict } from './verdict.tsx'

export const ContendersTable = ({ comparison }: { readonly comparison: Comparison }) => {
  const { headline, definitions } = comparison
  return (
    <div className="table-scroll" role="group" aria-label="Models and baselines" tabIndex={0}>
      <table className="table" data-testid="contenders">
        <thead>
          <tr>
            <th scope="col">Model or baseline</th>
            <th scope="col">
              <MetricName name={headline} definition={definitions[headline]} />
            </th>
            <th scope="col">
              <span className="visually-hidden">Interval, drawn</span>
            </th>
            <th scope="col">Against the reference</th>
            <th scope="col">How it decides, or how it was made</th>
          </tr>
        </thead>
        <tbody>
          {comparison.contenders.map(({ key, title, detail, run, metrics }) => {
            const metric = metrics[headline]
            const found = comparison.pairs.find(({ other }) => other === key)?.differences[headline]
            return (
              <tr key={key}>
                <th scope="row">{run ? <Link to={`/runs/${run.id}`}>{title}</Link> : title}</th>
                <td>{metric ? <MetricText metric={metric} /> : '—'}</td>
                <td>{metric && <IntervalBar metric={metric} range={rangeOf(metric, definitions[headline])} />}</td>
                <td>{found ? <Verdict word={found.verdict} /> : <strong>reference</strong>}</td>
                <td className="muted wrap">{detail}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
