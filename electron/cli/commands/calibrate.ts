/** `assay calibrate`: how well probabilities mean what they say. */
import type { Command } from 'commander'
import { calibrationMethodSchema } from '../../../shared/contract/calibration.ts'
import type { CalibrationGroups, CalibrationMethod, CalibrationSection } from '../../../shared/contract/calibration.ts'
import type { RunId, VersionId } from '../../../shared/contract/ids.ts'
import type { Global } from '../assay.ts'
import { findRun } from '../find.ts'
import { real, usage, wholeOrZero } from '../options.ts'
import { readSlices } from '../read-slices.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'
import { pText } from './analyse.ts'

function readMethods(text: string): CalibrationMethod[] | undefined {
  if (text === 'all') return undefined
  return text.split(',').map((one) => {
    const method = calibrationMethodSchema.safeParse(one.trim())
    if (method.success) return method.data
    throw usage('method', `"${one}" is no way of calibrating: ${calibrationMethodSchema.options.join(', ')}, or all.`)
  })
}

/** Slices that the user named, and those that probabilities are wrong in. */
function printGroups({ tested, found }: CalibrationGroups): void {
  const shown = found.filter(({ column, verdict }) => column === 'slice' || verdict !== 'no difference shown')
  printLine()
  printLine(
    `${tested} slices, false discoveries held at 5 %: probabilities are wrong in ${shown.filter(({ verdict }) => verdict !== 'no difference shown').length} of the ${found.length} listed`,
  )
  if (shown.length === 0) return
  printTable(
    ['slice', 'n', 'predicted', 'observed  95 % interval', 'p, adjusted', 'the event is'],
    shown.map(({ column, value, n, predicted, observed, pAdjusted, verdict }) => [
      column === 'slice' ? value : `${column} = ${value}`,
      String(n),
      predicted.toFixed(4),
      metricText(observed),
      pText(pAdjusted),
      verdict,
    ]),
  )
}

function printCalibration(section: CalibrationSection): void {
  for (const { event, metrics } of section.events.slice(0, 1)) {
    printLine(event)
    printTable(
      ['measure', 'value  95 % interval', 'n'],
      Object.entries(metrics).map(([name, metric]) => [name, metricText(metric), String(metric.n)]),
    )
  }
  if (section.groups) printGroups(section.groups)
  printFindings(section.findings)
  if (!section.split) return
  printLine()
  printLine(
    `fitted on ${section.split.fitRows} rows, judged on ${section.split.judgedRows} others (seed ${section.split.seed})`,
  )
  printTable(
    ['method', 'map', 'log loss before', 'after', 'difference  95 % interval', 'Brier after', 'ECE after', 'verdict'],
    section.candidates.map(({ method, words, judged, verdict }) => [
      method,
      words,
      metricText(judged.before['log_loss']!),
      metricText(judged.after['log_loss']!),
      metricText(judged.difference['log_loss']!),
      metricText(judged.after['brier_score']!),
      metricText(judged.after['ece']!),
      verdict,
    ]),
  )
}

interface CalibrateFlags {
  method: string
  accept?: boolean
  share?: number
  seed?: number
  slice?: string[]
}

async function calibrateCommand(wanted: string, flags: CalibrateFlags, { workspace, json }: Global): Promise<void> {
  const methods = readMethods(flags.method)
  if (flags.accept && methods?.length !== 1) throw usage('accept', '--accept takes one --method.')
  await withSession(workspace, json, async (session) => {
    const id = await findRun(session, wanted)
    const { jobId } = await session.call.calibrations.start({
      id,
      ...(methods ? { methods } : {}),
      ...(flags.share === undefined ? {} : { fitShare: flags.share }),
      slices: await readSlices(session, id, flags.slice ?? []),
      ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    })
    await session.follow(jobId)
    const calibration = (await session.call.calibrations.get({ id }))!
    const version = flags.accept ? await accept(session, id, methods![0]!) : null
    if (json) return printJson({ calibration, ...(version ? { model: version } : {}) })
    printCalibration(calibration)
    if (version) printLine(`stored as ${version.name}@${version.version} (${version.id})`)
  })
}

async function accept(session: Session, id: RunId, method: CalibrationMethod) {
  const { jobId } = await session.call.calibrations.accept({ id, method })
  const version = await session.call.models.get({ id: (await session.follow(jobId)) as VersionId })
  return { id: version.id, name: version.name, version: version.version }
}

export function addCalibrateCommand(program: Command, global: () => Global): void {
  program
    .command('calibrate <run>')
    .description('how well probabilities mean what they say, and what recalibration would change')
    .option('--method <method>', `${calibrationMethodSchema.options.join(', ')} (comma between several), or all`, 'all')
    .option('--accept', 'append it to the graph and store that as a new version')
    .option('--share <share>', 'share of the rows to fit on (0.5)', real)
    .option('--seed <n>', 'seed of the split', wholeOrZero)
    .option('--slice <conditions...>', 'also measure this slice, for example "contract = One year & tenure < 6"')
    .action((run: string, flags: CalibrateFlags) => calibrateCommand(run, flags, global()))
}
