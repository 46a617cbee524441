/** Finding things by the names that people type: an id, a name (the newest with it), or NAME@VERSION. */
import { AssayError } from '../../shared/contract/errors.ts'
import type { DatasetId, RunId, VersionId } from '../../shared/contract/ids.ts'
import type { Session } from './session.ts'

function unknown(kind: string, wanted: string, names: readonly string[]): AssayError {
  return new AssayError({
    code: `${kind}/unknown`,
    message: `There is no ${kind} "${wanted}" in this workspace.`,
    remedy:
      names.length > 0
        ? `There is: ${[...new Set(names)].slice(0, 10).join(', ')}.`
        : `Import one: assay ${kind} import FILE.`,
    where: { wanted },
  })
}

export async function findDataset(session: Session, wanted: string): Promise<DatasetId> {
  const datasets = await session.call.datasets.list()
  // The list is newest first, so a name means the latest import under it.
  const found = datasets.find((dataset) => dataset.id === wanted || dataset.name === wanted)
  if (!found)
    throw unknown(
      'dataset',
      wanted,
      datasets.map((dataset) => dataset.name),
    )
  return found.id
}

export async function findVersion(session: Session, wanted: string): Promise<VersionId> {
  const models = await session.call.models.list()
  for (const model of models) for (const version of model.versions) if (version.id === wanted) return version.id
  const exact = models.find((model) => model.name === wanted)
  if (exact) return exact.versions[0]!.id
  const [, name, number] = /^(.*)@(\d+)$/.exec(wanted) ?? []
  const version = models
    .find((model) => model.name === name)
    ?.versions.find((entry) => entry.version === Number(number))
  if (!version)
    throw unknown(
      'model',
      wanted,
      models.flatMap((model) => model.versions.map((entry) => `${model.name}@${entry.version}`)),
    )
  return version.id
}

export async function findRun(session: Session, wanted: string): Promise<RunId> {
  const runs = await session.call.runs.list()
  const found = wanted === 'latest' ? runs[0] : runs.find((run) => run.id === wanted)
  if (!found)
    throw unknown(
      'run',
      wanted,
      runs.map((run) => run.id),
    )
  return found.id
}
