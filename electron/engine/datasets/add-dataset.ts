/** Imports a file and records it: the Parquet file is moved in whole, then the ledger says that it exists. */
import { rm } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset, DatasetOptions } from '../../../shared/contract/dataset.ts'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import { importDataset } from '../data/import-dataset.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readDataset } from '../records.ts'
import { newId } from '../workspace/new-id.ts'
import { makeNumbers, recordNumbers } from './keep-numbers.ts'
import { ownValue } from '../../../shared/format/own-value.ts'

export async function addDataset(
  engine: Engine,
  path: string,
  options: DatasetOptions,
  context: JobContext,
): Promise<DatasetId> {
  const { workspace } = engine
  const outputFile = workspace.temporary('.parquet')
  const numbersFile = workspace.temporary('.f32')
  try {
    const imported = await importDataset({
      path,
      options,
      outputFile,
      temporaryDirectory: `${workspace.folder}/tmp`,
      signal: context.signal,
      onProgress: (progress) => context.progress(progress),
    })
    context.signal.throwIfAborted()
    const numbers = (await makeNumbers(imported, outputFile, numbersFile, context))
      ? await workspace.files.take(numbersFile)
      : null
    const data = await workspace.files.take(outputFile)
    const id = newId<DatasetId>('ds')
    const name = options.name ?? (basename(path, extname(path)) || 'dataset')
    workspace.change('dataset imported', id, { name, rows: imported.rows, sha256: imported.source.sha256 }, (time) => {
      workspace.files.record(data, 'dataset', time)
      const dataset: Dataset = { ...imported, id, name, createdAt: time, data }
      workspace.ledger
        .prepare('INSERT INTO dataset VALUES (?, ?, ?, ?, ?)')
        .run(id, name, time, data.sha256, JSON.stringify(dataset))
      if (numbers) recordNumbers(workspace, id, numbers, time)
    })
    engine.jobs.changed('datasets')
    return id
  } finally {
    await rm(outputFile, { force: true })
    await rm(numbersFile, { force: true })
  }
}

interface Update {
  readonly id: DatasetId
  readonly name?: string | undefined
  readonly task?: Dataset['task'] | undefined
  readonly positive?: string | null | undefined
  readonly roles?: Readonly<Record<string, Dataset['columns'][number]['role']>> | undefined
  readonly protected?: Readonly<Record<string, boolean>> | undefined
}

/** Changes what is said about a dataset; its rows and values never change. */
export function updateDataset(engine: Engine, update: Update): Dataset {
  const { workspace } = engine
  const before = readDataset(workspace.ledger, update.id)
  const known = new Set(before.columns.map((column) => column.name))
  const strange = [...Object.keys(update.roles ?? {}), ...Object.keys(update.protected ?? {})].find(
    (name) => !known.has(name),
  )
  if (strange !== undefined) {
    throw new AssayError({
      code: 'dataset/no-such-column',
      message: `The dataset "${before.name}" has no column "${strange}".`,
      remedy: 'Choose one of its columns.',
      where: { column: strange },
    })
  }
  const task = update.task === undefined ? before.task : update.task
  const newTarget = Object.entries(update.roles ?? {}).find(([, role]) => role === 'target')?.[0]
  const columns = before.columns.map((column) => {
    let role = ownValue(update.roles, column.name) ?? column.role
    // There is one target, but of a multilabel task: naming a new one makes the old one a feature again.
    if (task !== 'multilabel' && newTarget !== undefined && column.name !== newTarget && role === 'target')
      role = 'feature'
    return { ...column, role, protected: ownValue(update.protected, column.name) ?? column.protected }
  })
  const after: Dataset = {
    ...before,
    name: update.name ?? before.name,
    task,
    positive: update.positive === undefined ? before.positive : update.positive,
    columns,
  }
  const { id, ...detail } = update
  workspace.change('dataset changed', id, { ...detail }, () => {
    workspace.ledger
      .prepare('UPDATE dataset SET name = ?, document = ? WHERE id = ?')
      .run(after.name, JSON.stringify(after), id)
  })
  engine.jobs.changed('datasets')
  return after
}
