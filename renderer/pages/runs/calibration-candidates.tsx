/** What each recalibration would change on rows it was not fitted on, and the button that makes it a version. */
import { useMemo, useState } from 'react'
import type {
  CalibrationCandidate,
  CalibrationMethod,
  CalibrationSection,
} from '../../../shared/contract/calibration.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { Button } from '../../components/button.tsx'
import { DifferenceBar } from '../../components/difference-bar.tsx'
import { Field, Select } from '../../components/field.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { calibrationPairSpec } from '../../charts/calibration-pair.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { runJob } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { useLeadOn } from '../../shell/use-lead-on.ts'
import { Verdict } from '../compare/verdict.tsx'

export const methodTitles: Readonly<Record<CalibrationMethod, string>> = {
  platt: 'Platt scaling',
  temperature: 'Temperature',
  beta: 'Beta',
  isotonic: 'Isotonic',
}

const CandidatesTable = ({ candidates }: { readonly candidates: readonly CalibrationCandidate[] }) => (
  <div className="table-scroll" role="group" aria-label="Recalibrations" tabIndex={0}>
    <table className="table table-dense" data-testid="candidates">
      <thead>
        <tr>
          <th scope="col">Method</th>
          <th scope="col">Log loss is</th>
          <th scope="col">Log loss, after minus before</th>
          <th scope="col">Around no difference</th>
          <th scope="col">Brier score, after minus before</th>
          <th scope="col">ECE after</th>
          <th scope="col">Map</th>
        </tr>
      </thead>
      <tbody>
        {candidates.map(({ method, words, judged, verdict }) => (
          <tr key={method}>
            <th scope="row">{methodTitles[method]}</th>
            <td>
              <Verdict word={verdict} />
            </td>
            <td>{judged.difference['log_loss'] && <MetricText metric={judged.difference['log_loss']} />}</td>
            <td>{judged.difference['log_loss'] && <DifferenceBar metric={judged.difference['log_loss']} />}</td>
            <td>{judged.difference['brier_score'] && <MetricText metric={judged.difference['brier_score']} />}</td>
            <td>{judged.after['ece'] && <MetricText metric={judged.after['ece']} />}</td>
            <td className="muted">{words}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

export const CalibrationCandidates = ({ section }: { readonly section: CalibrationSection }) => {
  const leadOn = useLeadOn()
  const { busy, problem, run } = useAction()
  const { split, before, candidates } = section
  const [method, setMethod] = useState(candidates[0]?.method)
  const chosen = candidates.find((one) => one.method === method) ?? candidates[0]
  const spec = useMemo(
    () => (before && chosen ? calibrationPairSpec(before, chosen.reliability, methodTitles[chosen.method]) : null),
    [before, chosen],
  )
  if (!split || !chosen) return null
  const accept = (): void => {
    void run(async () => {
      const job = await runJob((client) =>
        client.calibrations.accept({ id: section.runId as RunId, method: chosen.method }),
      )
      if (job.error) throw new AssayError(toProblem({ data: job.error }))
      if (job.result) leadOn(`/models/${job.result}`)
    })
  }
  return (
    <Section
      title="Recalibration"
      note={`Fitted on ${formatCount(split.fitRows)} rows, judged on the ${formatCount(split.judgedRows)} others; the same share of each class, seed ${split.seed}`}
    >
      <CandidatesTable candidates={candidates} />
      <div className="choose-threshold">
        <Field
          label="Recalibration to look at"
          help="Accepting appends its nodes to the graph and stores that as a new version of the model."
        >
          {(ids) => (
            <Select
              {...ids}
              value={chosen.method}
              onChoose={setMethod}
              choices={candidates.map((one) => ({ value: one.method, title: methodTitles[one.method] }))}
            />
          )}
        </Field>
        <Button busy={busy} onClick={accept}>
          Accept {methodTitles[chosen.method]} as a new version
        </Button>
      </div>
      {problem && <ProblemPanel problem={problem} />}
      {spec && <ChartFrame spec={spec} />}
    </Section>
  )
}
