/** What must be known first, then the headline, then each metric with its interval and its rows; remarks at the end. */
import type { Evidence } from '../../../shared/contract/run.ts'
import { Findings } from '../../components/findings.tsx'
import { UsedOfTotal } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { ConfusionMatrix } from '../../charts/confusion-matrix.tsx'
import { formatCount, formatPercent, plural } from '../../../shared/format/number.ts'
import { Headline } from './headline.tsx'
import { MetricsTable } from './metrics-table.tsx'

const Excluded = ({ rows }: { readonly rows: Evidence['rows'] }) => (
  <p className="muted">
    {rows.excluded.length === 0
      ? `All ${plural(rows.total, 'row')} are used.`
      : `${rows.excluded.map(({ reason, n }) => `${plural(n, 'row')} left out: ${reason}`).join('; ')}.`}
    {rows.weight &&
      ` Each counts with its weight in “${rows.weight.column}”; together they tell as much as ${plural(Math.round(rows.weight.effectiveRows), 'row')} of equal weight.`}
  </p>
)

export const SummaryTab = ({ evidence }: { readonly evidence: Evidence }) => {
  const { detail, rows } = evidence
  const grave = evidence.findings.filter((finding) => finding.severity !== 'note')
  const notes = evidence.findings.filter((finding) => finding.severity === 'note')
  return (
    <>
      {grave.length > 0 && (
        <Section title="Findings" note="Read these before the numbers">
          <Findings findings={grave} />
        </Section>
      )}
      <div className="summary-head">
        <Headline evidence={evidence} />
        <div className="summary-rows">
          <h2>Rows</h2>
          <p className="summary-count">
            <UsedOfTotal used={rows.used} total={rows.total} />
          </p>
          <Excluded rows={rows} />
        </div>
      </div>
      <Section
        title="Metrics"
        note={`${formatPercent(evidence.confidence, 0)} intervals; point at a name for its definition`}
      >
        <MetricsTable
          metrics={evidence.metrics}
          definitions={evidence.definitions}
          total={rows.total}
          label="Metrics"
        />
      </Section>
      {(detail.kind === 'binary' || detail.kind === 'multiclass') && (
        <ConfusionMatrix
          confusion={detail.confusion}
          note={
            detail.kind === 'binary'
              ? `At the threshold ${String(detail.threshold)}; the positive class is “${detail.positive}”. Shaded by the share of each row.`
              : `The predicted class is the most probable one of ${formatCount(detail.classes.length)}. Shaded by the share of each row.`
          }
        />
      )}
      {notes.length > 0 && (
        <Section title="Notes">
          <Findings findings={notes} label="Notes" />
        </Section>
      )}
    </>
  )
}
