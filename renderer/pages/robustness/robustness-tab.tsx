/** What changed rows do to the model: a curve for each kind of change, and columns along which it should be monotone. */
import { useMemo } from 'react'
import type { Perturbation, RobustnessSection } from '../../../shared/contract/robustness.ts'
import { robustnessSectionSchema } from '../../../shared/contract/robustness.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { MetricText, UsedOfTotal } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { byStrengthSpec } from '../../charts/by-strength.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import type { ChartSpec } from '../../charts/spec.ts'
import { plural } from '../../../shared/format/number.ts'
import { metricTitle } from '../../../shared/format/words.ts'
import { Analysis, useAnalysis, useSection } from '../runs/analysis.tsx'
import { MonotonicityTable } from './monotonicity-table.tsx'
import { PointsTable } from './points-table.tsx'
import { RobustnessForm } from './robustness-form.tsx'

/** The headline where changed rows still have their truth, else the model's confidence; beside it what moves. */
const specsOf = (perturbation: Perturbation, section: RobustnessSection): readonly ChartSpec[] => {
  const { title, points, strengthUnit } = perturbation
  const headline = metricTitle(section.headline)
  const shared = { x: strengthUnit }
  const truth = points.some((point) => point.metric.value !== null)
  const moved = section.task === 'regression' ? 'shift' : 'flips'
  return [
    truth
      ? byStrengthSpec(
          points.map(({ strength, metric }) => ({ strength, metric })),
          {
            ...shared,
            title: `${title}: ${headline}`,
            note: 'Bars are 95 % intervals.',
            y: headline,
            unchanged: section.baseline,
          },
        )
      : byStrengthSpec(
          points.map(({ strength, confidence }) => ({ strength, metric: confidence })),
          {
            ...shared,
            title: `${title}: confidence`,
            note: 'Mean probability of the decided class: it should fall.',
            y: 'Mean probability',
            unchanged: section.confidence.value === null ? null : section.confidence,
          },
        ),
    byStrengthSpec(
      points.map((point) => ({ strength: point.strength, metric: point[moved] })),
      {
        ...shared,
        title: `${title}: ${moved === 'flips' ? 'decisions changed' : 'predictions moved'}`,
        note: moved === 'flips' ? 'Share of rows whose decision changes.' : 'Mean distance from the prediction before.',
        y: moved === 'flips' ? 'Share of rows' : 'Mean distance',
        unchanged: null,
      },
    ),
  ]
}

const Kind = ({
  perturbation,
  section,
}: {
  readonly perturbation: Perturbation
  readonly section: RobustnessSection
}) => {
  const specs = useMemo(() => specsOf(perturbation, section), [perturbation, section])
  return (
    <Section
      title={perturbation.title}
      note={`${perturbation.what} ${plural(perturbation.columns.length, 'column')}: ${perturbation.columns.slice(0, 8).join(', ')}${perturbation.columns.length > 8 ? ' …' : ''}`}
    >
      {perturbation.failure && (
        <ProblemPanel problem={{ ...perturbation.failure, where: perturbation.failure.where ?? {} }} />
      )}
      {perturbation.points.length > 0 && (
        <>
          <div className="charts">
            {specs.map((spec) => (
              <ChartFrame key={spec.title} spec={spec} />
            ))}
          </div>
          <PointsTable perturbation={perturbation} headline={section.headline} />
        </>
      )}
    </Section>
  )
}

const Found = ({ section }: { readonly section: RobustnessSection }) => (
  <>
    <div className="summary-head">
      <div>
        <h2>{metricTitle(section.headline)}, unchanged</h2>
        <p className="summary-count">
          <MetricText metric={section.baseline} />
        </p>
      </div>
      <div>
        <h2>Rows scored again</h2>
        <p className="summary-count">
          <UsedOfTotal used={section.rows.used} total={section.rows.total} />
        </p>
        <p className="muted">Evenly spaced over the dataset; changed by a fixed seed, {section.seed}.</p>
      </div>
    </div>
    {section.perturbations.map((perturbation) => (
      <Kind key={perturbation.kind} perturbation={perturbation} section={section} />
    ))}
    {section.monotonicity.length > 0 && <MonotonicityTable entries={section.monotonicity} />}
    {section.skipped.length > 0 && (
      <details>
        <summary>{plural(section.skipped.length, 'check')} not done</summary>
        <ul className="plain-list">
          {section.skipped.map(({ what, reason }) => (
            <li key={what}>
              {what}: {reason}
            </li>
          ))}
        </ul>
      </details>
    )}
  </>
)

export const RobustnessTab = ({ run, evidence }: { readonly run: Run; readonly evidence: Evidence }) => {
  const state = useAnalysis(run, 'robustness')
  const section = useSection(evidence, 'robustness', robustnessSectionSchema)
  return (
    <Analysis
      state={state}
      found={section !== null}
      icon="device"
      title="No changed rows are scored yet"
      about="A sample of rows is changed (noise, gaps, outliers, typing errors, rows unlike the data) and scored again by the model."
      findings={section?.findings ?? []}
      form={
        <RobustnessForm
          evidence={evidence}
          section={section}
          busy={state.busy}
          onStart={(options) => state.start((client) => client.robustness.start({ id: run.id, options }))}
        />
      }
    >
      {section && <Found key={section.createdAt} section={section} />}
    </Analysis>
  )
}
