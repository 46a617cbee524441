import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { parse, stringify } from 'yaml'
import { AssayError } from '../../../shared/contract/errors.ts'
import { bindingSchema } from '../../../shared/contract/model.ts'
import type { Binding, BoundSample, ModelVersion } from '../../../shared/contract/model.ts'
import { issueText, tellingIssue } from '../../../shared/format/issue-text.ts'
import { findDataset, findVersion } from '../find.ts'
import { printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Global } from '../assay.ts'

/** @throws AssayError binding/file with the place in the file */
export async function readBinding(path: string): Promise<Binding> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AssayError({
      code: 'binding/file',
      message: `${path} cannot be read (${error.code}).`,
      remedy: 'Check the path.',
    })
  })
  let document: unknown
  try {
    document = parse(text)
  } catch (error) {
    throw new AssayError({
      code: 'binding/file',
      message: `${path}: ${(error as Error).message}`,
      remedy: 'Correct the YAML.',
    })
  }
  const parsed = bindingSchema.safeParse(document)
  if (!parsed.success) {
    const issue = tellingIssue(parsed.error.issues)
    throw new AssayError({
      code: 'binding/file',
      message: `${path}: ${issueText(issue, 'the binding')}`,
      remedy: 'Print a binding to start from: assay model bind MODEL --dataset DATASET --print.',
      where: { place: issue?.path.map(String).join('.') ?? '' },
    })
  }
  return parsed.data
}

function shapeText(shape: readonly (number | string | null)[] | null): string {
  return `[${(shape ?? []).map((dim) => dim ?? '?').join(', ')}]`
}

function printVersion(version: ModelVersion): void {
  printLine(`${version.name}@${version.version}  ${version.id}`)
  printLine(`${version.fileName}, ${version.bytes} bytes, sha256 ${version.sha256}`)
  printLine(
    `${version.producer || 'producer not named'}; ${version.opsets.map((o) => `${o.domain || 'ai.onnx'} ${o.version}`).join(', ')}; ${version.parameters} parameters`,
  )
  printLine()
  printTable(
    ['', 'name', 'type', 'shape'],
    [
      ...version.inputs.map((input) => ['input', input.name, input.elementType ?? input.kind, shapeText(input.shape)]),
      ...version.outputs.map((output) => [
        'output',
        output.name,
        output.elementType ?? output.kind,
        shapeText(output.shape),
      ]),
    ],
  )
  if (version.classLabels) printLine(`classes: ${version.classLabels.join(', ')}`)
  for (const edit of version.edits) printLine(edit)
  printFindings(version.findings)
  if (!version.binding) return
  printLine()
  printLine(`binding (${version.bindingOrigin}):`)
  printLine()
  process.stdout.write(stringify(version.binding))
}

function printSample(sample: BoundSample): void {
  for (const note of sample.notes) printLine(`· ${note}`)
  printFindings(sample.findings)
  printTable(
    sample.sample.columns,
    sample.sample.rows.map((row) => row.map((cell) => cell ?? '')),
  )
}

export function addModelCommands(program: Command, global: () => Global): void {
  const model = program.command('model').description('import, show and bind models')
  model
    .command('import <file>')
    .description('take an ONNX file in as a new version')
    .option('--name <name>', 'its name (default: the file name); an existing name gets a new version')
    .option('--bind <file>', 'a binding as YAML')
    .action(async (file: string, flags: { name?: string; bind?: string }) => {
      const { workspace, json } = global()
      const binding = flags.bind === undefined ? undefined : await readBinding(flags.bind)
      await withSession(workspace, json, async (session) => {
        const { jobId } = await session.call.models.import({
          file: { path: file },
          ...(flags.name ? { name: flags.name } : {}),
          ...(binding ? { binding } : {}),
        })
        const version = await session.call.models.get({ id: (await session.follow(jobId)) as ModelVersion['id'] })
        if (json) printJson({ model: version })
        else printVersion(version)
      })
    })
  model
    .command('list')
    .description('the models of the workspace')
    .action(async () => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const models = await session.call.models.list()
        if (json) return printJson({ models })
        printTable(
          ['model', 'task', 'runs', 'bytes', 'id'],
          models.flatMap((m) =>
            m.versions.map((v) => [`${m.name}@${v.version}`, v.task ?? '', String(v.runs), String(v.bytes), v.id]),
          ),
        )
      })
    })
  model
    .command('show <model>')
    .description('one version: inputs, outputs, operators, binding')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const version = await session.call.models.get({ id: await findVersion(session, wanted) })
        if (json) printJson({ model: version })
        else printVersion(version)
      })
    })
  model
    .command('bind <model>')
    .description('guess a binding, or set one from a file, and try it on ten rows')
    .requiredOption('--dataset <dataset>', 'the dataset to bind to')
    .option('--file <file>', 'a binding as YAML; left out: guess')
    .option('--print', 'print the binding as YAML and save nothing')
    .action(async (wanted: string, flags: { dataset: string; file?: string; print?: boolean }) => {
      const { workspace, json } = global()
      const given = flags.file === undefined ? null : await readBinding(flags.file)
      await withSession(workspace, json, async (session) => {
        const ids = {
          versionId: await findVersion(session, wanted),
          datasetId: await findDataset(session, flags.dataset),
        }
        const sample = given
          ? await session.call.models.tryBinding({ ...ids, binding: given })
          : await session.call.models.guessBinding(ids)
        if (flags.print) return void process.stdout.write(stringify(sample.binding))
        await session.call.models.saveBinding({ ...ids, binding: sample.binding })
        if (json) printJson(sample)
        else printSample(sample)
      })
    })
  model
    .command('remove <model>')
    .description('remove a version that no run uses')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const result = await session.call.models.remove({ id: await findVersion(session, wanted) })
        if (json) printJson(result)
        else printLine('Removed.')
      })
    })
}
