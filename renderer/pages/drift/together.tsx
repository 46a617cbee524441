/** What the columns say together, and what the runs add: classifier, PCA, performance without labels, concept drift. */
import type { Metric } from '../../../shared/contract/evidence.ts'
import type { DriftReport } from '../../../shared/contract/drift.ts'
import { Facts } from '../../components/facts.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { formatCount, formatNumber, formatPercent, plural } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'
import { metricTitle } from '../../../shared/format/words.ts'

const Multivariate = ({ report }: { readonly report: DriftReport }) => {
  const { domainClassifier, pca, meanDiscrepancy } = report
  return (
    <Section title="All features together" note="What no column shows by itself">
      <Facts
        facts={[
          [
            'Telling the samples apart, ROC AUC',
            domainClassifier.made ? (
              <>
                <MetricText metric={domainClassifier.result.auc} />
                <span className="muted"> 0.5 is no drift; p {formatP(domainClassifier.result.p)}</span>
              </>
            ) : (
              `— ${domainClassifier.reason}`
            ),
          ],
          ...(domainClassifier.made
            ? [
                [
                  'By',
                  domainClassifier.result.importance
                    .slice(0, 5)
                    .filter(({ share }) => share > 0)
                    .map(({ column, share }) => `${column} ${formatPercent(share, 0)}`)
                    .join(', ') || '—',
                ] as const,
                [
                  'Rows used',
                  `${formatCount(domainClassifier.result.rows.reference)} of ${formatCount(report.reference.rows)} and ${formatCount(domainClassifier.result.rows.current)} of ${formatCount(report.current.rows)}`,
                ] as const,
              ]
            : []),
          [
            'PCA reconstruction error',
            pca.made ? (
              <>
                <MetricText metric={pca.result.reference} /> on the reference,{' '}
                <MetricText metric={pca.result.current} /> now
                <span className="muted">
                  {' '}
                  {plural(pca.result.components, 'component')} with {formatPercent(pca.result.explained, 0)} of the
                  variance; p {formatP(pca.result.p)}
                </span>
              </>
            ) : (
              `— ${pca.reason}`
            ),
          ],
          ...(meanDiscrepancy
            ? [
                [
                  'Maximum mean discrepancy',
                  meanDiscrepancy.made ? (
                    <span key="mmd">
                      <span className="tabular">{formatNumber(meanDiscrepancy.result.statistic)}</span>
                      <span className="muted">
                        {' '}
                        mixed rows exceed {formatNumber(meanDiscrepancy.result.limit)} in 5 of 100; p{' '}
                        {formatP(meanDiscrepancy.result.p)} from{' '}
                        {plural(meanDiscrepancy.result.permutations, 'mixture')}
                      </span>
                    </span>
                  ) : (
                    `— ${meanDiscrepancy.reason}`
                  ),
                ] as const,
              ]
            : []),
        ]}
      />
    </Section>
  )
}

const found = (metric: Metric | null) => (metric === null ? '—' : <MetricText metric={metric} />)

const Performance = ({ report }: { readonly report: DriftReport }) => {
  const { performance } = report
  if (!performance.made) {
    return (
      <Section title="Performance without labels">
        <p className="muted">Not estimated: {performance.reason}.</p>
      </Section>
    )
  }
  const { metrics, method, assumption } = performance.result
  return (
    <Section title="Performance without labels" note={method}>
      <p className="muted">{assumption} Labels alone can show whether that holds.</p>
      <div className="table-scroll" role="group" aria-label="Performance without labels" tabIndex={0}>
        <table className="table" data-testid="drift-performance">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col">Reference</th>
              <th scope="col">Estimated now</th>
              <th scope="col">Found with labels</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(metrics).map(([name, { estimated, reference, realised }]) => (
              <tr key={name}>
                <th scope="row">{metricTitle(name)}</th>
                <td>
                  <MetricText metric={reference} />
                </td>
                <td>
                  <MetricText metric={estimated} />
                </td>
                <td>{found(realised)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

const Concept = ({ report }: { readonly report: DriftReport }) => {
  const { concept } = report
  if (!concept.made) {
    return (
      <Section title="Concept drift">
        <p className="muted">Not tested: {concept.reason}.</p>
      </Section>
    )
  }
  const { test, statistic, p, effect, reason, metrics } = concept.result
  return (
    <Section title="Concept drift" note="Whether the same score goes with the same labels">
      <Facts
        facts={[
          [test, reason ?? `statistic ${statistic === null ? '—' : formatNumber(statistic)}, p ${formatP(p)}`],
          ...(effect
            ? [[effect.measure, <MetricText key="effect" metric={{ ...effect, n: report.current.rows }} />] as const]
            : []),
        ]}
      />
      {Object.keys(metrics).length > 0 && (
        <div className="table-scroll" role="group" aria-label="Metrics of both runs" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Metric</th>
                <th scope="col">Reference</th>
                <th scope="col">Current</th>
                <th scope="col">Difference</th>
                <th scope="col" className="number">
                  p, Holm
                </th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(metrics).map(([name, { reference, current, difference, holm }]) => (
                <tr key={name}>
                  <th scope="row">{metricTitle(name)}</th>
                  <td>
                    <MetricText metric={reference} />
                  </td>
                  <td>
                    <MetricText metric={current} />
                  </td>
                  <td>
                    <MetricText metric={difference} />
                  </td>
                  <td className="number">{formatP(holm)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

export const Together = ({ report }: { readonly report: DriftReport }) => (
  <>
    <Multivariate report={report} />
    {report.reference.run && report.current.run && (
      <>
        <Performance report={report} />
        <Concept report={report} />
      </>
    )}
  </>
)
