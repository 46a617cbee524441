/** What can be done with a run: reports and exports where it has them, resume where it stopped, and remove. */
import { useNavigate } from 'react-router'
import type { SaveKind } from '../../../shared/contract/bridge.ts'
import type { ReportFormat } from '../../../shared/contract/report.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { Popover } from '../../components/popover.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { toProblem } from '../../engine/problem.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { TemplateMenu } from '../approvals/template-menu.tsx'
import { pushToast } from '../../shell/toast-store.ts'

type Format = ReportFormat | 'csv' | 'parquet'

const save = async (run: Run, format: Format): Promise<void> => {
  const scores = format === 'csv' || format === 'parquet'
  const suggestedName = `${run.model} ${run.version} on ${run.dataset} ${scores ? 'scores' : 'evaluation'}.${format}`
  const file = await bridge().chooseSavePath({
    suggestedName: suggestedName.replaceAll(/[\\/:*?"<>|]/g, '-').slice(-200),
    kind: format satisfies SaveKind,
  })
  if (!file) return
  const { token } = file
  if (format === 'csv' || format === 'parquet')
    await ask((client) => client.runs.exportScores({ id: run.id, file: { token }, format }))
  else await ask((client) => client.runs.report({ id: run.id, file: { token }, format }))
}

const saveOrTell = (run: Run, format: Format): void => {
  save(run, format).catch((error: unknown) => {
    const problem = toProblem(error)
    pushToast({ kind: 'error', title: problem.message, body: `${problem.remedy} ${problem.code}` })
  })
}

const SaveMenu = ({
  run,
  label,
  choices,
}: {
  readonly run: Run
  readonly label: string
  readonly choices: readonly (readonly [Format, string])[]
}) => (
  <Popover label={label} icon="export" text={label}>
    {(close) => (
      <ul className="menu" aria-label={label}>
        {choices.map(([format, title]) => (
          <li key={format}>
            <Button
              kind="quiet"
              onClick={() => {
                close()
                saveOrTell(run, format)
              }}
            >
              {title}
            </Button>
          </li>
        ))}
      </ul>
    )}
  </Popover>
)

export const RunActions = ({ run }: { readonly run: Run }) => {
  const navigate = useNavigate()
  const scored = run.state === 'scored' || run.state === 'evaluated'
  const remove = async (): Promise<void> => {
    await ask((client) => client.runs.remove({ id: run.id }))
    void navigate('/runs', { replace: true })
  }
  return (
    <>
      {run.state === 'evaluated' && (
        <SaveMenu
          run={run}
          label="Save report"
          choices={[
            ['html', 'Save as HTML'],
            ['pdf', 'Save as PDF'],
            ['docx', 'Save as Word document'],
            ['json', 'Save evidence as JSON'],
          ]}
        />
      )}
      {run.state === 'evaluated' && <TemplateMenu run={run} />}
      {scored && (
        <SaveMenu
          run={run}
          label="Export scores"
          choices={[
            ['csv', `Export ${plural(run.rows, 'row')} as CSV`],
            ['parquet', `Export ${plural(run.rows, 'row')} as Parquet`],
          ]}
        />
      )}
      {run.state !== 'scoring' && (
        <ConfirmButton
          label="Remove"
          name="Remove this run"
          title="Remove this run?"
          confirm="Remove the run"
          lost={
            <p>
              Its {formatCount(run.rowsDone)} scores{run.state === 'evaluated' ? ' and its evaluation' : ''} are lost.
              The dataset and the model stay. The audit log keeps that the run existed and was removed.
            </p>
          }
          act={remove}
        />
      )}
    </>
  )
}
