/** How a file is read, what its columns are, and the import itself. */
import { useState } from 'react'
import type { GrantedFile } from '../../../shared/contract/bridge.ts'
import type { DatasetPreview } from '../../../shared/contract/dataset.ts'
import { Skeleton } from '../../components/states.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { JobProgress } from '../../components/progress.tsx'
import { useJob } from '../../engine/jobs.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { useLeadOn } from '../../shell/use-lead-on.ts'
import { DialectFields } from './dialect-fields.tsx'
import { ImportColumns } from './import-columns.tsx'
import { newDraft, readingOptions } from './import-draft.ts'
import { ImportFooter } from './import-footer.tsx'
import { ImportProblems } from './import-problems.tsx'
import { ImportTask } from './import-task.tsx'
import { importDataset } from './run-import.ts'

export const ImportForm = ({ file }: { readonly file: GrantedFile }) => {
  const leadOn = useLeadOn()
  const [draft, setDraft] = useState(() => newDraft(file.name))
  const [last, setLast] = useState<DatasetPreview>()
  const [jobId, setJobId] = useState<string>()
  const job = useJob(jobId)
  const { busy, problem, run } = useAction()
  const options = readingOptions(draft)
  const answer = useQuery(['preview', file.token, options], (client) =>
    client.datasets.preview({ file: { token: file.token }, options }),
  )
  // The preview before stays on screen while a changed dialect is read.
  if (answer.data && answer.data !== last) setLast(answer.data)
  const preview = answer.data ?? last

  const go = (): void => {
    if (!preview) return
    void run(async () => {
      const id = await importDataset(file, draft, preview, setJobId)
      if (id) leadOn(`/data/${id}`, { replace: true })
    })
  }

  if (job?.state === 'running') {
    return (
      <div className="panel" aria-live="polite">
        <JobProgress job={job} />
        <p className="muted">It goes on when you leave this page.</p>
      </div>
    )
  }
  return (
    <div aria-busy={answer.fetching}>
      {answer.problem && <ProblemPanel problem={answer.problem} retry={answer.refresh} />}
      {preview ? (
        <>
          <ImportProblems problems={preview.problems} draft={draft} onChange={setDraft} />
          {preview.dialect && (
            <DialectFields
              dialect={preview.dialect}
              onChange={(change) => setDraft({ ...draft, dialect: { ...draft.dialect, ...change } })}
            />
          )}
          <ImportTask draft={draft} preview={preview} onChange={setDraft} />
          <ImportColumns draft={draft} preview={preview} onChange={setDraft} />
          {problem && <ProblemPanel problem={problem} />}
          <ImportFooter
            draft={draft}
            busy={busy}
            blocked={answer.problem !== undefined}
            onChange={setDraft}
            onImport={go}
          />
        </>
      ) : (
        !answer.problem && <Skeleton label="Reading the file" rows={12} />
      )}
    </div>
  )
}
