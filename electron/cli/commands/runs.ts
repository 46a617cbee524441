import { extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import { reportFormatSchema } from '../../../shared/contract/report.ts'
import { deviceNameSchema } from '../../../shared/contract/run.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import type { JobId, RunId } from '../../../shared/contract/ids.ts'
import { metricEntries } from '../../../shared/format/metric-order.ts'
import { findDataset, findRun, findVersion } from '../find.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'
import type { Global } from '../assay.ts'
import { writeTemplateTo } from './check.ts'
import { readBinding } from './models.ts'
import { wholeNumber } from '../options.ts'

interface ScoreFlags {
  model: string
  dataset: string
  device: string
  out?: string
  bind?: string
  batch?: number
  threads?: number
}

async function exportTo(session: Session, id: RunId, path: string): Promise<void> {
  const format = extname(path).toLowerCase() === '.parquet' ? 'parquet' : 'csv'
  const { jobId } = await session.call.runs.exportScores({ id, file: { path: resolve(path) }, format })
  await session.follow(jobId)
}

function printRun(run: Run): void {
  printLine(`${run.id}  ${run.model}@${run.version} on ${run.dataset}: ${run.state}`)
  printLine(`${run.rowsDone.toLocaleString('en-US')} of ${run.rows.toLocaleString('en-US')} rows`)
  if (run.stats) {
    printLine(
      `${run.stats.device}, ${run.stats.batchRows} rows a batch, ${Math.round(run.stats.rowsPerSecond).toLocaleString('en-US')} rows per second`,
    )
  }
  printFindings(run.findings)
}

function printEvidence(evidence: Evidence): void {
  printLine(`${evidence.model.name}@${evidence.model.version} on ${evidence.dataset.name}, ${evidence.task}`)
  printLine(
    `${evidence.rows.used.toLocaleString('en-US')} of ${evidence.rows.total.toLocaleString('en-US')} rows; 95 % intervals`,
  )
  printFindings(evidence.findings.filter((finding) => finding.severity !== 'note'))
  printLine()
  printTable(
    ['metric', 'value  interval', 'n', 'interval method'],
    metricEntries(evidence.metrics).map(([name, metric]) => [
      name,
      metricText(metric),
      String(metric.n),
      metric.method ?? '',
    ]),
  )
}

async function scoreCommand(flags: ScoreFlags, { workspace, json }: Global): Promise<void> {
  const device = deviceNameSchema
    .or(deviceNameSchema.extract(['cpu']).transform(() => 'cpu' as const))
    .safeParse(flags.device)
  if (flags.device !== 'auto' && !device.success) {
    throw new AssayError({
      code: 'usage/device',
      message: `"${flags.device}" is not a device.`,
      remedy: `Devices are auto, ${deviceNameSchema.options.join(', ')}.`,
    })
  }
  const binding: Binding | undefined = flags.bind === undefined ? undefined : await readBinding(flags.bind)
  await withSession(workspace, json, async (session) => {
    const started = await session.call.runs.score({
      versionId: await findVersion(session, flags.model),
      datasetId: await findDataset(session, flags.dataset),
      device: flags.device === 'auto' ? 'auto' : device.data!,
      ...(binding ? { binding } : {}),
      ...(flags.batch ? { batchRows: flags.batch } : {}),
      ...(flags.threads ? { threads: flags.threads } : {}),
    })
    await complete(session, started, flags.out, json)
  })
}

async function complete(
  session: Session,
  started: { jobId: JobId; runId: RunId },
  out: string | undefined,
  json: boolean,
): Promise<void> {
  try {
    await session.follow(started.jobId)
  } catch (error) {
    if (!json) process.stderr.write(`The run is ${started.runId}; go on with it: assay run resume ${started.runId}\n`)
    throw error
  }
  if (out !== undefined) await exportTo(session, started.runId, out)
  const run = await session.call.runs.get({ id: started.runId })
  if (json) printJson({ run })
  else printRun(run)
}

interface ReportFlags {
  html?: string
  pdf?: string
  docx?: string
  json?: string
  template?: string
  out?: string
}

export function addRunCommands(program: Command, global: () => Global): void {
  program
    .command('devices')
    .description('which devices can score here')
    .action(async () => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const devices = await session.call.devices.list({ refresh: true })
        if (json) return printJson({ devices })
        printTable(
          ['device', 'available', 'detail', 'largest difference from CPU'],
          devices.map((d) => [
            d.name,
            d.available ? 'yes' : 'no',
            d.detail,
            d.parity === null ? '' : d.parity.toExponential(1),
          ]),
        )
      })
    })
  program
    .command('score')
    .description('score a model version on a dataset')
    .requiredOption('--model <name[@version]>', 'the model; without a version, the newest')
    .requiredOption('--dataset <dataset>', 'the dataset, by name (the newest) or id')
    .option('--device <device>', `auto, ${deviceNameSchema.options.join(', ')}`, 'auto')
    .option('--out <file>', 'write the scores as .csv or .parquet')
    .option('--bind <file>', 'a binding as YAML, for this run')
    .option('--batch <rows>', 'rows a batch', wholeNumber)
    .option('--threads <n>', 'threads for ONNX Runtime', wholeNumber)
    .action((flags: ScoreFlags) => scoreCommand(flags, global()))
  program
    .command('evaluate <run>')
    .description('compute metrics with intervals; prints the evidence with --json ("latest" is the newest run)')
    .option('--threshold <p>', 'call a row positive at or above this score', Number)
    .action(async (wanted: string, flags: { threshold?: number }) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const id = await findRun(session, wanted)
        const { jobId } = await session.call.runs.evaluate({
          id,
          ...(flags.threshold === undefined ? {} : { threshold: flags.threshold }),
        })
        await session.follow(jobId)
        const evidence = await session.call.runs.evidence({ id })
        if (json) printJson(evidence)
        else printEvidence(evidence)
      })
    })
  program
    .command('report <run>')
    .description('write the report for reviewers')
    .option('--html <file>', 'one self-contained page')
    .option('--pdf <file>', 'for print')
    .option('--docx <file>', 'to edit in a word processor')
    .option('--json <file>', 'the evidence document in canonical form')
    .option('--template <name>', 'clause by clause: model-card, sr-26-2 or eu-ai-act-annex-iv; needs --out')
    .option('--out <file>', 'where the report by template goes: .md, .html, .pdf or .docx')
    .action(async (wanted: string, flags: ReportFlags) => {
      const { workspace } = global()
      if (flags.template !== undefined && flags.out !== undefined) {
        const { template, out } = flags
        return withSession(workspace, false, async (session) => {
          await writeTemplateTo(session, await findRun(session, wanted), template, resolve(out))
          printLine(`wrote ${resolve(out)}`)
        })
      }
      const wishes = reportFormatSchema.options.filter((format) => typeof flags[format] === 'string')
      if (wishes.length === 0) {
        throw new AssayError({
          code: 'usage/report',
          message: 'Say which report: --html, --pdf, --docx or --json with a file, or --template with --out.',
          remedy: 'See --help.',
        })
      }
      await withSession(workspace, false, async (session) => {
        const id = await findRun(session, wanted)
        for (const format of wishes) {
          const path = resolve(flags[format]!)
          const { jobId } = await session.call.runs.report({ id, file: { path }, format })
          await session.follow(jobId)
          printLine(`wrote ${path}`)
        }
      })
    })
  const run = program.command('run').description('list, show, resume, export and remove runs')
  run
    .command('list')
    .description('the runs of the workspace, newest first')
    .action(async () => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const runs = await session.call.runs.list()
        if (json) return printJson({ runs })
        printTable(
          ['run', 'model', 'dataset', 'state', 'rows', 'headline'],
          runs.map((r) => [
            r.id,
            `${r.model}@${r.version}`,
            r.dataset,
            r.state,
            `${r.rowsDone}/${r.rows}`,
            r.headline ? `${r.headline.name} ${metricText(r.headline.metric)}` : '',
          ]),
        )
      })
    })
  run
    .command('show <run>')
    .description('one run')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const found = await session.call.runs.get({ id: await findRun(session, wanted) })
        if (json) printJson({ run: found })
        else printRun(found)
      })
    })
  run
    .command('resume <run>')
    .description('go on with a run that was interrupted, cancelled or failed')
    .option('--out <file>', 'write the scores as .csv or .parquet')
    .action(async (wanted: string, flags: { out?: string }) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const runId = await findRun(session, wanted)
        const { jobId } = await session.call.runs.resume({ id: runId })
        await complete(session, { runId, jobId }, flags.out, json)
      })
    })
  run
    .command('export <run>')
    .description('write the scores as .csv or .parquet')
    .requiredOption('--out <file>', 'the file')
    .action(async (wanted: string, flags: { out: string }) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        await exportTo(session, await findRun(session, wanted), flags.out)
        if (json) printJson({ file: resolve(flags.out) })
        else printLine(`wrote ${resolve(flags.out)}`)
      })
    })
  run
    .command('remove <run>')
    .description('remove a run with its scores and evidence; the audit log keeps that it was')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const result = await session.call.runs.remove({ id: await findRun(session, wanted) })
        if (json) printJson(result)
        else printLine('Removed.')
      })
    })
}
