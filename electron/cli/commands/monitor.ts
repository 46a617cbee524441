import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { calibrationMethodSchema } from '../../../shared/contract/calibration.ts'
import { driftPeriodSchema } from '../../../shared/contract/drift-request.ts'
import type { AlertId, BatchId, MonitorId, RetrainId, VersionId } from '../../../shared/contract/ids.ts'
import { retrainedSchema } from '../../../shared/contract/monitor-alerts.ts'
import type { LogMapping, MonitorBatch } from '../../../shared/contract/monitor-log.ts'
import type { MonitorReport } from '../../../shared/contract/monitor-report.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { absentParts } from '../../../shared/monitor/absent-parts.ts'
import type { Global } from '../assay.ts'
import { findVersion } from '../find.ts'
import { collect, oneOf, usage } from '../options.ts'
import { exitCodes, metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'
import { readPayoff } from './decide.ts'

const single = ['time', 'id', 'row', 'query', 'prediction', 'actual', 'latency', 'error', 'sample'] as const

const several = { score: 'scores', actual: 'actuals', feature: 'features' } as const
const isSeveral = (use: string): use is keyof typeof several => Object.hasOwn(several, use)

/** `time=ts`, `score:Yes=p_yes`, `actual:news=is_news`, `feature:age=input.age`. */
function readMapping(pairs: readonly string[]): LogMapping | undefined {
  if (pairs.length === 0) return undefined
  const mapping: LogMapping = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1 || at === pair.length - 1) throw usage('map', `"${pair}" is not USE=FIELD.`)
    const [use, field] = [pair.slice(0, at), pair.slice(at + 1)]
    const colon = use.indexOf(':')
    const kind = use.slice(0, Math.max(0, colon))
    if (isSeveral(kind)) mapping[several[kind]] = { ...mapping[several[kind]], [use.slice(colon + 1)]: field }
    else mapping[oneOf('use', single, use)] = field
  }
  return mapping
}

function printBatch(batch: MonitorBatch): void {
  const { id, rows, source, leftOut, findings } = batch
  printLine(`${id}  ${source.fileName}: ${plural(rows, batch.kind === 'log' ? 'row' : 'label')}`)
  if (batch.kind === 'log') {
    printLine(`  ${batch.from ?? '—'} to ${batch.to ?? '—'}, ${plural(batch.errors, 'error')}`)
    if (batch.absent.length > 0) printLine(`  not logged: ${batch.absent.join(', ')}`)
  } else printLine(`  ${formatCount(batch.matched)} rows of the logs have them`)
  if (leftOut.n > 0) printLine(`  ${plural(leftOut.n, 'line')} left out:`)
  for (const { line, reason } of leftOut.examples.slice(0, 10)) printLine(`    line ${line}: ${reason}`)
  printFindings(findings)
}

const watchedValue = (window: MonitorReport['windows'][number], name: string): string => {
  const metric = window.metrics[name]
  if (metric) return metricText(metric)
  const estimate = window.estimated[name]
  return estimate ? `≈ ${metricText(estimate)}` : '—'
}

function printReport(report: MonitorReport): void {
  const { model, version, rows, windows, watched, reference, drift } = report
  printLine(`${report.id}  ${model} ${version}, ${report.from ?? '—'} to ${report.to ?? '—'}`)
  printLine(
    `${plural(rows.logged, 'row')} logged, ${formatCount(rows.scored)} scored, ${formatCount(rows.errors)} errors, ${formatCount(rows.labelled)} labelled`,
  )
  printLine(
    `against ${reference.dataset}${reference.policy ? `, policy ${reference.policy.name}` : ''}: ${watched
      .map((name) => `${name} ${metricText(reference.metrics[name]!)}`)
      .join(', ')}`,
  )
  printLine(`${plural(drift.counts.drifted, 'column')} drifted, ${formatCount(drift.counts.slight)} slightly`)
  printTable(
    ['window', 'rows', 'errors', 'labelled', ...watched, 'drifted', 'p95 ms'],
    windows.map((window) => [
      window.label,
      formatCount(window.rows),
      window.errors === null ? '—' : formatCount(window.errors),
      formatCount(window.labelled),
      ...watched.map((name) => `${watchedValue(window, name)}${window.against[name]?.worse ? ' worse' : ''}`),
      `${window.alarms}${window.predictionAlarm ? ' + prediction' : ''}`,
      window.latencyMs === null ? '—' : window.latencyMs.p95.toFixed(1),
    ]),
  )
  if (windows.some((window) => watched.some((name) => !window.metrics[name] && window.estimated[name])))
    printLine('≈ is estimated without labels')
  for (const { severity, rule, message } of report.conditions) printLine(`${severity}  ${rule}: ${message}`)
  if (report.conditions.length === 0) printLine('No trigger holds.')
  for (const { what, reason } of absentParts(report)) printLine(`No ${what}: ${reason}.`)
  printFindings(report.findings)
}

/** A version by name, or the only one with traffic. */
async function versionOf(session: Session, wanted: string | undefined): Promise<VersionId> {
  if (wanted !== undefined) return findVersion(session, wanted)
  const watched = (await session.call.monitor.versions()).filter((version) => version.rows > 0)
  if (watched.length === 1) return watched[0]!.versionId
  throw usage('model', watched.length === 0 ? 'No version has production traffic yet.' : 'Say which version.')
}

async function batchOf(session: Session, id: string): Promise<MonitorBatch> {
  return (await session.call.monitor.batches({})).find((batch) => batch.id === id)!
}

async function optionalVersion(session: Session, wanted: string | undefined): Promise<{ versionId?: VersionId }> {
  return wanted === undefined ? {} : { versionId: await findVersion(session, wanted) }
}

interface LabelsFlags {
  readonly model?: string
  readonly id?: string
  readonly row?: string
  readonly label?: string
  readonly labelOf: string[]
}

export function addMonitorCommands(program: Command, global: () => Global): void {
  const monitor = program.command('monitor').description('production logs and labels against the approved evidence')
  const run = (work: (session: Session, json: boolean) => Promise<void>): Promise<void> => {
    const { workspace, json } = global()
    return withSession(workspace, json, (session) => work(session, json))
  }

  monitor
    .command('import <log>')
    .description("take in a production log: the server's own, or CSV, Parquet, JSON lines with a mapping")
    .option('--model <version>', 'NAME or NAME@VERSION; the server’s own log says it itself')
    .option(
      '--map <use=field>',
      `what a field holds, several times: ${single.join(', ')}, score:CLASS, actual:LABEL, feature:COLUMN`,
      collect,
      [],
    )
    .action((path: string, flags: { model?: string; map: string[] }) =>
      run(async (session, json) => {
        const mapping = readMapping(flags.map)
        const { jobId } = await session.call.monitor.import({
          file: { path },
          ...(await optionalVersion(session, flags.model)),
          ...(mapping ? { mapping } : {}),
        })
        const batch = await batchOf(session, await session.follow(jobId))
        if (json) printJson({ batch })
        else printBatch(batch)
      }),
    )
  monitor
    .command('labels <file>')
    .description('take in labels that came later, joined by the rows’ ids')
    .option('--model <version>', 'NAME or NAME@VERSION (default: the only one with traffic)')
    .option('--id <field>', 'the id of the row, or of its request')
    .option('--row <field>', 'the place in its request, from 0')
    .option('--label <field>', 'the true value; of several labels a row, the field that lists them')
    .option('--label-of <label=field>', 'the field that says whether the row has a label, several times', collect, [])
    .action((path: string, { model, labelOf, id, row, label }: LabelsFlags) =>
      run(async (session, json) => {
        const versionId = await versionOf(session, model)
        const labels = readMapping(labelOf.map((pair) => `actual:${pair}`))?.actuals
        const { jobId } = await session.call.monitor.importLabels({
          file: { path },
          versionId,
          ...(id === undefined ? {} : { id }),
          ...(row === undefined ? {} : { row }),
          ...(label === undefined ? {} : { label }),
          ...(labels ? { labels } : {}),
        })
        const batch = await batchOf(session, await session.follow(jobId))
        if (json) printJson({ batch })
        else printBatch(batch)
      }),
    )
  monitor
    .command('report [version]')
    .description('hold the traffic of a version against its approved evidence; opens alerts and tasks')
    .option('--period <period>', `auto, rows, ${driftPeriodSchema.options.join(', ')}`, 'auto')
    .option('--strict', 'end with 1 when a trigger of severity error holds')
    .action((version: string | undefined, flags: { period: string; strict?: boolean }) =>
      run(async (session, json) => {
        const period = oneOf('period', ['auto', 'rows', ...driftPeriodSchema.options] as const, flags.period)
        const versionId = await versionOf(session, version)
        const { jobId } = await session.call.monitor.report({ versionId, period })
        const report = await session.call.monitor.get({ id: (await session.follow(jobId)) as MonitorId })
        if (json) printJson({ report })
        else printReport(report)
        if (flags.strict && report.conditions.some(({ severity }) => severity === 'error'))
          process.exitCode = exitCodes.gateFailed
      }),
    )
  monitor
    .command('show <report>')
    .description('a report that was made before')
    .action((id: string) =>
      run(async (session, json) => {
        const report = await session.call.monitor.get({ id: id as MonitorId })
        if (json) printJson({ report })
        else printReport(report)
      }),
    )
  monitor
    .command('list')
    .description('versions that are watched, imported batches, reports')
    .action(() =>
      run(async (session, json) => {
        const { call } = session
        const [versions, batches, reports] = await Promise.all([
          call.monitor.versions(),
          call.monitor.batches({}),
          call.monitor.reports({}),
        ])
        if (json) return printJson({ versions, batches, reports })
        printTable(
          ['version', 'approved', 'rows', 'labels', 'alerts', 'tasks', 'newest report'],
          versions.map((one) => [
            `${one.model}@${one.version}`,
            one.approved ? 'yes' : 'no',
            formatCount(one.rows),
            formatCount(one.labels),
            String(one.openAlerts),
            String(one.openTasks),
            one.latest ?? '—',
          ]),
        )
        printTable(
          ['batch', 'kind', 'file', 'rows', 'left out', 'imported'],
          batches.map((one) => [
            one.id,
            one.kind,
            one.source.fileName,
            formatCount(one.rows),
            formatCount(one.leftOut.n),
            one.createdAt,
          ]),
        )
      }),
    )
  monitor
    .command('remove <batch>')
    .description('forget an imported log or labels')
    .action((id: string) =>
      run(async (session, json) => {
        const result = await session.call.monitor.removeBatch({ id: id as BatchId })
        if (json) printJson(result)
        else printLine('Removed.')
      }),
    )
  monitor
    .command('alerts [version]')
    .description('alerts, newest first')
    .action((version: string | undefined) =>
      run(async (session, json) => {
        const alerts = await session.call.monitor.alerts(await optionalVersion(session, version))
        if (json) return printJson({ alerts })
        for (const { id, state, severity, holds, model, version: number, rule, message } of alerts)
          printLine(
            `${id}  ${state}  ${severity}  ${model}@${number}  ${rule}${holds ? '' : ' (no longer)'}: ${message}`,
          )
        if (alerts.length === 0) printLine('There is no alert.')
      }),
    )
  monitor
    .command('alert <id> <state>')
    .description('change an alert: acknowledged, closed, open')
    .option('--note <text>', 'why', '')
    .action((id: string, state: string, { note }: { note: string }) =>
      run(async (session, json) => {
        const to = oneOf('state', ['open', 'acknowledged', 'closed'] as const, state)
        const alert = await session.call.monitor.changeAlert({ id: id as AlertId, to, note })
        if (json) printJson({ alert })
        else printLine(`${alert.id} is ${alert.state}.`)
      }),
    )
  monitor
    .command('triggers <version>')
    .description('the triggers of a version as YAML')
    .option('--set <file>', 'put these in force')
    .action((version: string, flags: { set?: string }) =>
      run(async (session, json) => {
        const versionId = await findVersion(session, version)
        const result =
          flags.set === undefined
            ? await session.call.monitor.triggers({ versionId })
            : await session.call.monitor.setTriggers({ versionId, yaml: readYaml(flags.set) })
        if (json) printJson(result)
        else process.stdout.write(result.yaml)
      }),
    )
  addTaskCommands(monitor, run)
}

function readYaml(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw usage('file', `${path} cannot be read (${String((error as NodeJS.ErrnoException).code)}).`)
  }
}

function addTaskCommands(
  monitor: Command,
  run: (work: (session: Session, json: boolean) => Promise<void>) => Promise<void>,
): void {
  monitor
    .command('tasks [version]')
    .description('retraining tasks, newest first')
    .action((version: string | undefined) =>
      run(async (session, json) => {
        const tasks = await session.call.monitor.tasks(await optionalVersion(session, version))
        if (json) return printJson({ tasks })
        for (const task of tasks) {
          printLine(`${task.id}  ${task.state}  ${task.model}@${task.version}`)
          for (const { rule, message } of task.reasons) printLine(`  ${rule}: ${message}`)
        }
        if (tasks.length === 0) printLine('There is no task.')
      }),
    )
  monitor
    .command('task <id> <state>')
    .description('change a task: open, done, dismissed')
    .option('--note <text>', 'why', '')
    .action((id: string, state: string, { note }: { note: string }) =>
      run(async (session, json) => {
        const to = oneOf('state', ['open', 'done', 'dismissed'] as const, state)
        const task = await session.call.monitor.changeTask({ id: id as RetrainId, to, note })
        if (json) printJson({ task })
        else printLine(`${task.id} is ${task.state}.`)
      }),
    )
  monitor
    .command('retrain <task>')
    .description('write a retrain request: data, request.json, an Argo Workflow and a CronJob that call your image')
    .requiredOption('--out <folder>', 'a folder that is not there yet')
    .requiredOption('--image <name>', 'the image that trains')
    .option('--schedule <cron>', 'of the CronJob', '0 3 * * 0')
    .option('--namespace <name>', 'of the manifests', 'default')
    .action((id: string, flags: { out: string; image: string; schedule: string; namespace: string }) =>
      run(async (session, json) => {
        // Not the flags as they are: --workspace and --json stand among them.
        const { out, image, schedule, namespace } = flags
        const wanted = { id: id as RetrainId, folder: { path: out }, image, schedule, namespace }
        const { jobId } = await session.call.monitor.retrain(wanted)
        const { files } = retrainedSchema.parse(JSON.parse(await session.follow(jobId)))
        if (json) printJson({ folder: out, files })
        else printLine(`${out}: ${files.join(', ')}`)
      }),
    )
  monitor
    .command('take-in <task> <model>')
    .description('take the retrained model in as the challenger: an .onnx file, or NAME@VERSION')
    .action((id: string, model: string) =>
      run(async (session, json) => {
        const from = model.endsWith('.onnx')
          ? { file: { path: model } }
          : { versionId: await findVersion(session, model) }
        const { jobId } = await session.call.monitor.takeIn({ id: id as RetrainId, from })
        await printVersion(session, await session.follow(jobId), json, 'is the challenger; have it reviewed')
      }),
    )
  monitor
    .command('refit [version]')
    .description('fit calibration, and with costs the threshold, again on the labels that came: a new version')
    .option('--method <name>', `${calibrationMethodSchema.options.join(', ')} (default: the best on rows held back)`)
    .option('--cost <costs>', 'costs of errors, for example fp=1,fn=5', collect, [])
    .action((version: string | undefined, flags: { method?: string; cost: string[] }) =>
      run(async (session, json) => {
        const versionId = await versionOf(session, version)
        const payoff = readPayoff(flags.cost, [])
        const { jobId } = await session.call.monitor.refit({
          versionId,
          ...(flags.method ? { method: oneOf('method', calibrationMethodSchema.options, flags.method) } : {}),
          ...(payoff ? { payoff } : {}),
        })
        await printVersion(session, await session.follow(jobId), json, 'is the challenger; have it reviewed')
      }),
    )
}

async function printVersion(session: Session, id: string, json: boolean, what: string): Promise<void> {
  const version = await session.call.models.get({ id: id as VersionId })
  if (json) printJson({ version })
  else printLine(`${version.name}@${version.version} ${what}.`)
}
