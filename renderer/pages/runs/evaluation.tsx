/** The evaluation: all of it is read from the evidence document; nothing is computed here. */
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { countFindings } from '../../components/findings.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { Answered } from '../../components/states.tsx'
import type { Tab } from '../../components/tabs.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useJob, useJobs } from '../../engine/jobs.ts'
import { useQuery } from '../../engine/query.ts'
import { jobIdOfRun } from '../../engine/scoring.ts'
import { ExplanationTab } from '../explain/explanation-tab.tsx'
import { FairnessTab } from '../fairness/fairness-tab.tsx'
import { RobustnessTab } from '../robustness/robustness-tab.tsx'
import { SlicesTab } from '../slices/slices-tab.tsx'
import { CalibrationTab } from './calibration-tab.tsx'
import { GatesTab } from '../approvals/gates-tab.tsx'
import { ChartsTab } from './charts-tab.tsx'
import { ClassesTab } from './classes-tab.tsx'
import { ErrorsTab } from './errors-tab.tsx'
import { ProvenanceTab } from './provenance-tab.tsx'
import { RunRows } from './run-rows.tsx'
import { SummaryTab } from './summary-tab.tsx'
import { ThresholdTab } from './threshold-tab.tsx'

const detailTab = (evidence: Evidence, run: Run): Tab | null => {
  const { detail } = evidence
  switch (detail.kind) {
    case 'binary':
      return { id: 'threshold', title: 'Threshold', body: () => <ThresholdTab detail={detail} run={run} /> }
    case 'multiclass':
      return { id: 'classes', title: 'Classes', body: () => <ClassesTab detail={detail} evidence={evidence} /> }
    case 'multilabel':
      return { id: 'classes', title: 'Labels', body: () => <ClassesTab detail={detail} evidence={evidence} /> }
    case 'ranking':
      return null
    case 'regression':
      return { id: 'errors', title: 'Errors', body: () => <ErrorsTab detail={detail} /> }
  }
}

export const Evaluation = ({ run }: { readonly run: Run }) => {
  const answer = useQuery(['runs', 'evidence', run.id, run.evidenceSha256], (client) =>
    client.runs.evidence({ id: run.id }),
  )
  const job = useJob(jobIdOfRun(run, useJobs()))
  return (
    <Answered answer={answer} label="Loading the evaluation" rows={10}>
      {(evidence) => {
        const detail = detailTab(evidence, run)
        const oneAnswer = run.task !== 'multilabel' && run.task !== 'ranking'
        return (
          <>
            {job?.state === 'running' && (
              <div className="panel" aria-live="polite">
                <JobProgress job={job} />
              </div>
            )}
            <Tabs
              label="Evaluation"
              tabs={[
                {
                  id: 'summary',
                  title: 'Summary',
                  ...(evidence.findings.length === 0 ? {} : { count: countFindings(evidence.findings) }),
                  body: () => <SummaryTab evidence={evidence} />,
                },
                { id: 'charts', title: 'Charts', body: () => <ChartsTab evidence={evidence} /> },
                ...(detail ? [detail] : []),
                ...(run.task !== 'binary' && run.task !== 'multiclass'
                  ? []
                  : [
                      {
                        id: 'calibration',
                        title: 'Calibration',
                        body: () => <CalibrationTab evidence={evidence} run={run} />,
                      },
                    ]),
                {
                  id: 'explanation',
                  title: 'Explanation',
                  body: () => <ExplanationTab evidence={evidence} run={run} />,
                },
                ...(oneAnswer
                  ? [
                      { id: 'slices', title: 'Slices', body: () => <SlicesTab evidence={evidence} run={run} /> },
                      { id: 'fairness', title: 'Fairness', body: () => <FairnessTab evidence={evidence} run={run} /> },
                      {
                        id: 'robustness',
                        title: 'Robustness',
                        body: () => <RobustnessTab evidence={evidence} run={run} />,
                      },
                    ]
                  : []),
                { id: 'gates', title: 'Gates', body: () => <GatesTab run={run} /> },
                { id: 'rows', title: 'Rows', body: () => <RunRows run={run} /> },
                { id: 'provenance', title: 'Provenance', body: () => <ProvenanceTab evidence={evidence} run={run} /> },
              ]}
            />
          </>
        )
      }}
    </Answered>
  )
}
