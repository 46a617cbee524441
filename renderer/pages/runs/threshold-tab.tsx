/** What another threshold would give. The points come from the evidence; evaluating there adds intervals. */
import { useId, useMemo, useState } from 'react'
import type { BinaryEvidence } from '../../../shared/contract/evidence.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Empty } from '../../components/states.tsx'
import { ConfusionMatrix } from '../../charts/confusion-matrix.tsx'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import type { Thresholds } from '../../charts/thresholds.ts'
import { thresholdLines, thresholdSpec } from '../../charts/thresholds.ts'
import { evaluateRun } from '../../engine/scoring.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatFixed } from '../../../shared/format/number.ts'
import { DecisionSection } from './decision-section.tsx'

const nearest = (thresholds: readonly number[], wanted: number): number =>
  thresholds.reduce(
    (best, value, index) => (Math.abs(value - wanted) < Math.abs((thresholds[best] ?? 0) - wanted) ? index : best),
    0,
  )

const valueText = (value: number | null | undefined): string =>
  value === null || value === undefined ? '—' : formatFixed(value, 3)

const Explorer = ({
  thresholds,
  detail,
  run,
}: {
  readonly thresholds: Thresholds
  readonly detail: BinaryEvidence
  readonly run: Run
}) => {
  const id = useId()
  const present = nearest(thresholds.threshold, detail.threshold)
  const [index, setIndex] = useState(present)
  const { busy, problem, run: act } = useAction()
  const chosen = thresholds.threshold[index] ?? detail.threshold
  const spec = useMemo(() => thresholdSpec(thresholds, chosen), [thresholds, chosen])
  return (
    <>
      <Section title="Threshold" note={`Evaluated at ${String(detail.threshold)}`}>
        <div className="threshold-control">
          <label htmlFor={id}>Threshold</label>
          <input
            id={id}
            type="range"
            min={0}
            max={thresholds.threshold.length - 1}
            step={1}
            value={index}
            aria-valuetext={formatFixed(chosen, 2)}
            onChange={(event) => setIndex(Number(event.target.value))}
          />
          <output htmlFor={id} className="tabular">
            {formatFixed(chosen, 2)}
          </output>
          <Button busy={busy} disabled={index === present} onClick={() => void act(() => evaluateRun(run.id, chosen))}>
            Evaluate at {formatFixed(chosen, 2)}
          </Button>
        </div>
        {problem && <ProblemPanel problem={problem} />}
        <div className="table-scroll" role="group" aria-label="Metrics at the chosen threshold" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">At threshold</th>
                {thresholdLines.map(([key, title]) => (
                  <th key={key} scope="col" className="number">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[
                ['Chosen', index],
                ['Evaluated', present],
              ].map(([title, at]) => (
                <tr key={title}>
                  <th scope="row">
                    {title}, {formatFixed(thresholds.threshold[Number(at)] ?? 0, 2)}
                  </th>
                  {thresholdLines.map(([key]) => (
                    <td key={key} className="number">
                      {valueText(thresholds[key][Number(at)])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <ChartFrame spec={spec} />
      </Section>
      <DecisionSection run={run} threshold={chosen} />
    </>
  )
}

export const ThresholdTab = ({ detail, run }: { readonly detail: BinaryEvidence; readonly run: Run }) => (
  <>
    {detail.thresholds ? (
      <Explorer thresholds={detail.thresholds} detail={detail} run={run} />
    ) : (
      <Empty icon="runs" title="This model gives labels only">
        A threshold needs a score for each row.
      </Empty>
    )}
    <ConfusionMatrix
      confusion={detail.confusion}
      note={`At the evaluated threshold ${String(detail.threshold)}; the positive class is “${detail.positive}”.`}
    />
  </>
)
