import type { GrantedFile } from '../../../shared/contract/bridge.ts'
import type { DatasetPreview, Role } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import { ask } from '../../engine/client.ts'
import { runJob } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import type { Draft } from './import-draft.ts'
import { importOptions, rolesOf } from './import-draft.ts'
import { ownValue } from '../../../shared/format/own-value.ts'

/** Imports, then sets the roles that an import infers and the user has changed. Null when it was cancelled. */
export const importDataset = async (
  file: GrantedFile,
  draft: Draft,
  preview: DatasetPreview,
  started: (jobId: string) => void,
): Promise<DatasetId | null> => {
  const job = await runJob(
    (client) => client.datasets.import({ file: { token: file.token }, options: importOptions(draft, preview) }),
    (answer) => started(answer.jobId),
  )
  if (job.error) throw new AssayError(toProblem({ data: job.error }))
  if (job.state !== 'done' || job.result === null) return null
  const id = job.result as DatasetId
  const wanted = rolesOf(draft, preview)
  const dataset = await ask((client) => client.datasets.get({ id }))
  const roles: Record<string, Role> = {}
  for (const column of dataset.columns) {
    const role = ownValue(wanted, column.name)
    if (ownValue(draft.roles, column.name) !== undefined && role !== undefined && role !== column.role)
      roles[column.name] = role
  }
  if (Object.keys(roles).length > 0) await ask((client) => client.datasets.update({ id, roles }))
  return id
}
