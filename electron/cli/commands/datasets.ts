import type { Command } from 'commander'
import { columnTypeSchema, taskSchema } from '../../../shared/contract/dataset.ts'
import type { Dataset, DatasetOptions } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { findDataset } from '../find.ts'
import { printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Global } from '../assay.ts'

interface ImportFlags {
  name?: string
  target?: string
  id?: string
  time?: string
  labels?: string[]
  weight?: string
  group?: string
  protected?: string[]
  ignore?: string[]
  task?: string
  positive?: string
  type?: string[]
  delimiter?: string
  decimal?: '.' | ','
  missing?: string[]
  skipBadRows?: boolean
}

function parseTypes(pairs: readonly string[]): NonNullable<DatasetOptions['types']> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      const type = columnTypeSchema.safeParse(pair.slice(at + 1))
      if (at < 1 || !type.success) {
        throw new AssayError({
          code: 'usage/type',
          message: `"${pair}" is not COLUMN=TYPE.`,
          remedy: `Types are ${columnTypeSchema.options.join(', ')}.`,
        })
      }
      return [pair.slice(0, at), type.data]
    }),
  )
}

function toOptions(flags: ImportFlags): DatasetOptions {
  const task = flags.task === undefined ? undefined : taskSchema.safeParse(flags.task)
  if (task && !task.success) {
    throw new AssayError({
      code: 'usage/task',
      message: `"${flags.task}" is not a task.`,
      remedy: `Tasks are ${taskSchema.options.join(', ')}.`,
    })
  }
  const dialect = {
    ...(flags.delimiter ? { delimiter: flags.delimiter === '\\t' ? '\t' : flags.delimiter } : {}),
    ...(flags.decimal ? { decimal: flags.decimal } : {}),
    ...(flags.missing ? { missing: flags.missing.filter((text) => text !== '') } : {}),
  }
  return {
    ...(flags.name ? { name: flags.name } : {}),
    ...(flags.target ? { target: flags.target } : {}),
    ...(flags.id ? { id: flags.id } : {}),
    ...(flags.time ? { time: flags.time } : {}),
    ...(flags.labels ? { labels: flags.labels } : {}),
    ...(flags.weight ? { weight: flags.weight } : {}),
    ...(flags.group ? { group: flags.group } : {}),
    ...(flags.protected ? { protected: flags.protected } : {}),
    ...(flags.ignore ? { ignored: flags.ignore } : {}),
    ...(task ? { task: task.data } : {}),
    ...(flags.positive ? { positive: flags.positive } : {}),
    ...(flags.type ? { types: parseTypes(flags.type) } : {}),
    ...(Object.keys(dialect).length > 0 ? { dialect } : {}),
    ...(flags.skipBadRows ? { badRows: 'skip' as const } : {}),
  }
}

function printDataset(dataset: Dataset): void {
  printLine(`${dataset.name}  ${dataset.id}`)
  printLine(
    `${dataset.rows.toLocaleString('en-US')} rows from ${dataset.source.fileName}, sha256 ${dataset.source.sha256}`,
  )
  printLine(`task ${dataset.task ?? 'not set'}${dataset.positive ? `, positive class "${dataset.positive}"` : ''}`)
  printLine()
  printTable(
    ['column', 'type', 'role', 'missing', 'distinct', 'range'],
    dataset.columns.map((column) => [
      column.name,
      column.type,
      column.protected ? `${column.role}, protected` : column.role,
      String(column.missing),
      `${column.distinct > 1000 ? '≈ ' : ''}${column.distinct}`,
      column.min === null ? '' : `${column.min} to ${column.max}`,
    ]),
  )
  printFindings(dataset.findings)
}

export function addDatasetCommands(program: Command, global: () => Global): void {
  const dataset = program.command('dataset').description('import, list and show datasets')
  const importFlags = (command: Command) =>
    command
      .option('--name <name>', 'its name (default: the file name)')
      .option('--target <column>', 'the column that holds the true values')
      .option('--id <column>', 'the column that names each row')
      .option('--time <column>', 'the column that says when')
      .option('--labels <columns...>', 'the columns of a multilabel target, each 1 or 0')
      .option('--weight <column>', 'the column that says what each row counts for')
      .option('--group <column>', 'the column that says which query each row of a ranking belongs to')
      .option('--protected <columns...>', 'protected attributes')
      .option('--ignore <columns...>', 'columns to leave out of guesses')
      .option('--task <task>', taskSchema.options.join(', '))
      .option('--positive <class>', 'the positive class of a binary task')
      .option('--type <column=type...>', `override inferred types: ${columnTypeSchema.options.join(', ')}`)
      .option('--delimiter <character>', 'override the delimiter found')
      .option(
        '--missing <texts...>',
        'texts that mean missing, besides the empty field (default: NA, null, ? and the like)',
      )
      .option('--decimal <character>', "decimal separator, '.' or ','")
      .option('--skip-bad-rows', 'leave out rows with too few or too many fields, and say so')
  importFlags(
    dataset.command('import <file>').description('take a CSV, TSV, JSON, JSON Lines or Parquet file in'),
  ).action(async (file: string, flags: ImportFlags) => {
    const { workspace, json } = global()
    await withSession(workspace, json, async (session) => {
      const { jobId } = await session.call.datasets.import({ file: { path: file }, options: toOptions(flags) })
      const id = await session.follow(jobId)
      const imported = await session.call.datasets.get({ id: id as Dataset['id'] })
      if (json) printJson({ dataset: imported })
      else printDataset(imported)
    })
  })
  importFlags(
    dataset.command('preview <file>').description('show how a file would be read, without importing it'),
  ).action(async (file: string, flags: ImportFlags) => {
    const { workspace, json } = global()
    await withSession(workspace, json, async (session) => {
      const preview = await session.call.datasets.preview({ file: { path: file }, options: toOptions(flags) })
      if (json) return printJson({ preview })
      if (preview.dialect) printLine(JSON.stringify(preview.dialect))
      printTable(
        preview.columns.map((column) => `${column.name} (${column.type})`),
        preview.rows.slice(0, 10).map((row) => row.map((cell) => cell ?? '')),
      )
      printFindings(preview.problems)
    })
  })
  dataset
    .command('list')
    .description('the datasets of the workspace, newest first')
    .action(async () => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const datasets = await session.call.datasets.list()
        if (json) return printJson({ datasets })
        printTable(
          ['name', 'rows', 'columns', 'target', 'task', 'id'],
          datasets.map((d) => [d.name, String(d.rows), String(d.columns), d.target ?? '', d.task ?? '', d.id]),
        )
      })
    })
  dataset
    .command('show <dataset>')
    .description('one dataset: columns, types, roles, source')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const found = await session.call.datasets.get({ id: await findDataset(session, wanted) })
        if (json) printJson({ dataset: found })
        else printDataset(found)
      })
    })
  dataset
    .command('remove <dataset>')
    .description('remove a dataset that no run uses')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const result = await session.call.datasets.remove({ id: await findDataset(session, wanted) })
        if (json) printJson(result)
        else printLine('Removed.')
      })
    })
}
