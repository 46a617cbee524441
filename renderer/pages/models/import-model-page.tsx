import { useId, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import type { GrantedFile } from '../../../shared/contract/bridge.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { Page } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { Empty } from '../../components/states.tsx'
import { runJob, useJob } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatBytes } from '../../../shared/format/number.ts'
import { chooseAndOpen, fileOfState } from '../../shell/open-files.ts'
import { useLeadOn } from '../../shell/use-lead-on.ts'

const ImportModelForm = ({ file }: { readonly file: GrantedFile }) => {
  const navigate = useNavigate()
  const leadOn = useLeadOn()
  const listId = useId()
  const models = useQuery(['models', 'list'], (client) => client.models.list()).data ?? []
  const [name, setName] = useState(() => file.name.replace(/\.onnx$/i, '') || file.name)
  const [jobId, setJobId] = useState<string>()
  const job = useJob(jobId)
  const { busy, problem, run } = useAction()
  const existing = models.find((model) => model.name === name.trim())
  const newest = existing ? Math.max(0, ...existing.versions.map((version) => version.version)) : 0
  const go = (): void => {
    void run(async () => {
      const last = await runJob(
        (client) => client.models.import({ file: { token: file.token }, name: name.trim() }),
        (answer) => setJobId(answer.jobId),
      )
      if (last.error) throw new AssayError(toProblem({ data: last.error }))
      if (last.result !== null) leadOn(`/models/${last.result}`, { replace: true })
    })
  }
  if (job?.state === 'running') {
    return (
      <div className="panel" aria-live="polite">
        <JobProgress job={job} />
      </div>
    )
  }
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        go()
      }}
    >
      <Field
        label="Name"
        help={existing ? `This name exists: the file becomes version ${newest + 1}.` : 'A new model, version 1.'}
      >
        {(ids) => (
          <>
            <input
              {...ids}
              type="text"
              required
              maxLength={200}
              list={listId}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <datalist id={listId}>
              {models.map((model) => (
                <option key={model.id} value={model.name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <p className="muted">
        The graph is read and run once before it is stored. What is changed in it, for example a ZipMap that is removed,
        is listed on its page.
      </p>
      {problem && <ProblemPanel problem={problem} />}
      <div className="button-row">
        <Button onClick={() => void navigate('/models')}>Leave without importing</Button>
        <Button kind="primary" type="submit" busy={busy} disabled={name.trim() === ''}>
          Import the model
        </Button>
      </div>
    </form>
  )
}

export const ImportModelPage = () => {
  const navigate = useNavigate()
  const file = fileOfState(useLocation().state)
  const choose = (
    <Button kind={file ? 'plain' : 'primary'} icon="file" onClick={() => void chooseAndOpen('model', navigate)}>
      {file ? 'Choose another file' : 'Choose a file'}
    </Button>
  )
  if (!file) {
    return (
      <Page title="Import a model">
        <Empty icon="models" title="Choose an ONNX file, or drop it anywhere in this window" actions={choose} />
      </Page>
    )
  }
  return (
    <Page title={`Import ${file.name}`} about={formatBytes(file.bytes)} actions={choose}>
      <ImportModelForm key={file.token} file={file} />
    </Page>
  )
}
