/** What the columns say together, and what the runs add: classifier, PCA, performance without labels, concept drift. */
import type { Metric } from '../../../shared/contract/evidence.ts'
import type { DriftReport } from '../../../shared/contract/drift.ts'
import type { ReactNode } from 'react'
import { togetherDefinitions } from '../../../shared/drift/definitions.ts'
import { Definition } from '../../components/definition.tsx'
import { Facts } from '../../components/facts.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { formatCount, formatNumber, formatPercent, plural } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'
import { metricTitle } from '../../../shared/format/words.ts'

/** One test of all features: what was found, what chance gives, p, and the rows of both sides. */
const TestRow = ({
  of,
  found,
  chance,
  p,
  rows,
}: {
  readonly of: keyof typeof togetherDefinitions
  readonly found: ReactNode
  readonly chance: ReactNode
  readonly p: number | null
  readonly rows: { readonly reference: number; readonly current: number }
}) => {
  const { title, definition, source } = togetherDefinitions[of]
  return (
    <tr>
      <th scope="row">
        <Definition term={title}>
          {definition} {source}
        </Definition>
      </th>
      <td className="number">{found}</td>
      <td className="number">{chance}</td>
      <td className="number">{formatP(p)}</td>
      <td className="number">
        {formatCount(rows.reference)}, {formatCount(rows.current)}
      </td>
    </tr>
  )
}

const NotMade = ({ of, reason }: { readonly of: keyof typeof togetherDefinitions; readonly reason: string }) => (
  <tr>
    <th scope="row">{togetherDefinitions[of].title}</th>
    <td colSpan={4}>
      — <span className="muted">{reason}</span>
    </td>
  </tr>
)

const Multivariate = ({ report }: { readonly report: DriftReport }) => {
  const { domainClassifier, pca, meanDiscrepancy } = report
  const by = domainClassifier.made
    ? domainClassifier.result.importance.slice(0, 5).filter(({ share }) => share > 0)
    : []
  return (
    <Section title="All features together" note="What no column shows by itself">
      <div className="table-scroll" role="group" aria-label="All features together" tabIndex={0}>
        <table className="table" data-testid="drift-together">
          <thead>
            <tr>
              <th scope="col">Test</th>
              <th scope="col" className="number">
                Found
              </th>
              <th scope="col" className="number">
                Without drift
              </th>
              <th scope="col" className="number">
                p
              </th>
              <th scope="col" className="number">
                n reference, current
              </th>
            </tr>
          </thead>
          <tbody>
            {domainClassifier.made ? (
              <TestRow
                of="domainClassifier"
                found={<MetricText metric={domainClassifier.result.auc} />}
                chance="0.5"
                p={domainClassifier.result.p}
                rows={domainClassifier.result.rows}
              />
            ) : (
              <NotMade of="domainClassifier" reason={domainClassifier.reason} />
            )}
            {pca.made ? (
              <TestRow
                of="pca"
                found={<MetricText metric={pca.result.current} />}
                chance={<MetricText metric={pca.result.reference} />}
                p={pca.result.p}
                rows={{ reference: pca.result.reference.n, current: pca.result.current.n }}
              />
            ) : (
              <NotMade of="pca" reason={pca.reason} />
            )}
            {meanDiscrepancy &&
              (meanDiscrepancy.made ? (
                <TestRow
                  of="meanDiscrepancy"
                  found={<span className="tabular">{formatNumber(meanDiscrepancy.result.statistic)}</span>}
                  chance={
                    <span title={`${plural(meanDiscrepancy.result.permutations, 'random mixture')} of the rows`}>
                      ≤ {formatNumber(meanDiscrepancy.result.limit)} in 95 of 100 mixtures
                    </span>
                  }
                  p={meanDiscrepancy.result.p}
                  rows={meanDiscrepancy.result.rows}
                />
              ) : (
                <NotMade of="meanDiscrepancy" reason={meanDiscrepancy.reason} />
              ))}
          </tbody>
        </table>
      </div>
      {by.length > 0 && (
        <p className="muted">
          The samples are told apart by{' '}
          {by.map(({ column, share }) => `${column} (${formatPercent(share, 0)})`).join(', ')}.
          {pca.made &&
            ` ${plural(pca.result.components, 'principal component')} hold ${formatPercent(pca.result.explained, 0)} of the variance.`}
        </p>
      )}
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
