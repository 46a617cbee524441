import type { Command } from 'commander'
import { driftCorrectionSchema, driftPeriodSchema, driftPresetSchema } from '../../../shared/contract/drift-request.ts'
import type { DriftColumn, DriftDecision } from '../../../shared/contract/drift-column.ts'
import type { DriftRequest, DriftWindow } from '../../../shared/contract/drift-request.ts'
import type { DriftReport } from '../../../shared/contract/drift.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { DriftId } from '../../../shared/contract/ids.ts'
import { worse } from '../../../shared/drift/verdicts.ts'
import { driftDefinitions } from '../../../shared/drift/definitions.ts'
import { formatNumber, formatPercent, plural } from '../../../shared/format/number.ts'
import { findDataset, findRun } from '../find.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'
import type { Global } from '../assay.ts'

interface DriftFlags {
  reference?: string
  current?: string
  referenceRun?: string
  currentRun?: string
  columns?: string[]
  categorical?: string[]
  numeric?: string[]
  text?: string[]
  preset?: string
  correction?: string
  alpha?: number
  minimumPsi?: number
  splits?: number
  chunks?: number
  period?: string
  time?: string
  referenceFrom?: string
  referenceTo?: string
  currentFrom?: string
  currentTo?: string
  multivariate: boolean
  seed?: number
}

function usage(message: string, remedy: string): AssayError {
  return new AssayError({ code: 'usage/drift', message, remedy })
}

function oneOf<T extends string>(schema: { readonly options: readonly T[] }, text: string | undefined): T | undefined {
  if (text === undefined) return undefined
  const found = schema.options.find((option) => option === text)
  if (found === undefined) throw usage(`"${text}" is not one of them.`, `Choose ${schema.options.join(', ')}.`)
  return found
}

function windowOf(flags: DriftFlags, from?: string, to?: string): DriftWindow | undefined {
  if (from === undefined && to === undefined) return undefined
  return {
    ...(flags.time === undefined ? {} : { column: flags.time }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

function timelineOf(flags: DriftFlags): NonNullable<DriftRequest['options']>['timeline'] | undefined {
  const period = oneOf(driftPeriodSchema, flags.period)
  if (period !== undefined) return { by: 'time', period, ...(flags.time === undefined ? {} : { column: flags.time }) }
  return flags.chunks === undefined ? undefined : { by: 'rows', chunks: flags.chunks }
}

/** Only what was said: the engine knows the defaults. */
function optionsOf(flags: DriftFlags): object {
  const said = {
    preset: oneOf(driftPresetSchema, flags.preset),
    correction: oneOf(driftCorrectionSchema, flags.correction),
    alpha: flags.alpha,
    minimumPsi: flags.minimumPsi,
    splits: flags.splits,
    seed: flags.seed,
    timeline: timelineOf(flags),
    multivariate: flags.multivariate ? undefined : false,
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

async function requestOf(
  session: Session,
  flags: DriftFlags,
): Promise<Parameters<Session['call']['drift']['compare']>[0]> {
  if (flags.reference === undefined || flags.current === undefined) {
    throw usage('Say what to compare: --reference DATASET --current DATASET.', 'See assay drift --help.')
  }
  const referenceWindow = windowOf(flags, flags.referenceFrom, flags.referenceTo)
  const currentWindow = windowOf(flags, flags.currentFrom, flags.currentTo)
  return {
    referenceId: await findDataset(session, flags.reference),
    currentId: await findDataset(session, flags.current),
    ...(flags.referenceRun === undefined ? {} : { referenceRunId: await findRun(session, flags.referenceRun) }),
    ...(flags.currentRun === undefined ? {} : { currentRunId: await findRun(session, flags.currentRun) }),
    ...(referenceWindow ? { referenceWindow } : {}),
    ...(currentWindow ? { currentWindow } : {}),
    ...(flags.columns ? { columns: flags.columns } : {}),
    ...(flags.categorical ? { categorical: flags.categorical } : {}),
    ...(flags.numeric ? { numeric: flags.numeric } : {}),
    ...(flags.text ? { text: flags.text } : {}),
    options: optionsOf(flags),
  }
}

const rank = ['drifted', 'slight', 'undefined', 'stable']
const verdictOf = ({ decision, missing }: DriftColumn) => worse(decision.verdict, missing?.verdict)
const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? '—' : formatNumber(value)

function correctedOf({ options }: DriftReport, decision: DriftDecision): number | null {
  return options.correction === 'holm'
    ? decision.holm
    : options.correction === 'none'
      ? decision.p
      : decision.benjaminiHochberg
}

function printReport(report: DriftReport): void {
  const { reference, current, counts } = report
  printLine(
    `${report.id}  ${reference.name} (${plural(reference.rows, 'row')}) · ${current.name} (${plural(current.rows, 'row')})`,
  )
  printLine(
    `${counts.drifted} drifted, ${counts.slight} slight, ${counts.stable} stable, ${counts.undefined} undefined; ${report.options.correction} over ${plural(report.hypotheses, 'test')}`,
  )
  printLine()
  const sorted = [...report.columns].sort(
    (a, b) =>
      rank.indexOf(verdictOf(a)) - rank.indexOf(verdictOf(b)) ||
      (b.tests.psi?.statistic ?? 0) - (a.tests.psi?.statistic ?? 0),
  )
  printTable(
    ['column', 'verdict', 'test', 'statistic', 'p', 'corrected p', 'PSI', 'interval', 'n', 'missing'],
    sorted.map((column) => {
      const { decision, tests, missing } = column
      const psi = tests.psi?.effect
      return [
        column.name,
        verdictOf(column),
        driftDefinitions[decision.test].title,
        number(decision.statistic),
        number(decision.p),
        number(correctedOf(report, decision)),
        number(psi?.value),
        psi === undefined || psi === null || psi.low === null ? '' : `${number(psi.low)} to ${number(psi.high)}`,
        `${column.reference.n} / ${column.current.n}`,
        missing === null ? '' : `${share(column.reference)} to ${share(column.current)}, ${missing.verdict}`,
      ]
    }),
  )
  printTogether(report)
  printFindings(report.findings)
}

const share = ({ n, missing }: DriftColumn['reference']): string => formatPercent(missing / Math.max(1, n + missing))

function printTogether({
  domainClassifier,
  pca,
  meanDiscrepancy,
  performance,
  concept,
  timeline,
  columns,
}: DriftReport): void {
  printLine()
  if (domainClassifier.made) {
    const { auc, importance } = domainClassifier.result
    printLine(
      `domain classifier  ROC AUC ${metricText(auc)}, by ${importance
        .slice(0, 3)
        .map((entry) => entry.column)
        .join(', ')}`,
    )
  } else printLine(`domain classifier  — (${domainClassifier.reason})`)
  if (pca.made) {
    printLine(
      `PCA reconstruction error  ${metricText(pca.result.reference)} on the reference, ${metricText(pca.result.current)} now`,
    )
  }
  if (meanDiscrepancy?.made) {
    const { statistic, limit, p, permutations } = meanDiscrepancy.result
    printLine(
      `maximum mean discrepancy  ${number(statistic)}, mixed rows exceed ${number(limit)} in 5 of 100; p ${number(p)} from ${plural(permutations, 'mixture')}`,
    )
  }
  if (performance.made) {
    printLine(`${performance.result.method}:`)
    for (const [name, { estimated, reference, realised }] of Object.entries(performance.result.metrics)) {
      const found = realised === null ? '' : `, found ${metricText(realised)}`
      printLine(`  ${name}  estimated ${metricText(estimated)}, reference ${metricText(reference)}${found}`)
    }
  }
  if (concept.made) printLine(`concept drift  ${concept.result.test}: p ${number(concept.result.p)}`)
  if (timeline === null) return
  printLine()
  printTable(
    ['chunk', 'columns in alarm', 'which'],
    timeline.labels.current.map((label, chunk) => [
      label,
      String(timeline.alarms[chunk]),
      columns
        .filter((column) => column.timeline?.current[chunk]?.alarm)
        .slice(0, 8)
        .map((column) => column.name)
        .join(', '),
    ]),
  )
}

export function addDriftCommands(program: Command, global: () => Global): void {
  const drift = program
    .command('drift')
    .description('compare two datasets, or two windows of one, column by column and as a whole')
    .option('--reference <dataset>', 'what it was, by name (the newest) or id')
    .option('--current <dataset>', 'what it is now')
    .option('--reference-run <run>', 'a run on the reference: predictions are compared, performance is estimated')
    .option('--current-run <run>', 'a run of the same version on the current dataset')
    .option('--columns <columns...>', 'these alone (default: features, target, predictions, protected columns)')
    .option('--categorical <columns...>', 'columns of numbers or texts to treat as categories')
    .option('--numeric <columns...>', 'number columns with few values to treat as numbers')
    .option('--text <columns...>', 'columns to compare as texts, besides those of mostly different texts')
    .option('--preset <preset>', driftPresetSchema.options.join(', '))
    .option('--correction <method>', driftCorrectionSchema.options.join(', '))
    .option('--alpha <rate>', 'rate of false alarms over all columns (default: 0.05)', Number)
    .option('--minimum-psi <index>', 'a significant shift under this is called slight (default: 0.1)', Number)
    .option('--splits <n>', 'random splits that teach what chance does (default: 200)', Number)
    .option('--chunks <n>', 'a timeline of this many chunks of rows', Number)
    .option('--period <period>', `a timeline by time: ${driftPeriodSchema.options.join(', ')}`)
    .option('--time <column>', 'the column of time, where it has not that role')
    .option('--reference-from <time>', 'reference rows from this time on')
    .option('--reference-to <time>', 'reference rows before this time')
    .option('--current-from <time>', 'current rows from this time on')
    .option('--current-to <time>', 'current rows before this time')
    .option('--no-multivariate', 'leave out the domain classifier, PCA and the mean discrepancy')
    .option('--seed <n>', 'of splits and intervals', Number)
    .action(async (flags: DriftFlags) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const { jobId } = await session.call.drift.compare(await requestOf(session, flags))
        await show(session, await session.follow(jobId), json)
      })
    })
  drift
    .command('list')
    .description('the comparisons of the workspace, newest first')
    .action(async () => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const comparisons = await session.call.drift.list()
        if (json) return printJson({ comparisons })
        printTable(
          ['comparison', 'reference', 'current', 'preset', 'drifted', 'slight', 'stable'],
          comparisons.map(({ id, reference, current, preset, counts }) => [
            id,
            reference.name,
            current.name,
            preset,
            String(counts.drifted),
            String(counts.slight),
            String(counts.stable),
          ]),
        )
      })
    })
  drift
    .command('show <comparison>')
    .description('one comparison ("latest" is the newest)')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => show(session, await findDrift(session, wanted), json))
    })
  drift
    .command('remove <comparison>')
    .description('remove a comparison; the audit log keeps that it was')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const result = await session.call.drift.remove({ id: await findDrift(session, wanted) })
        if (json) printJson(result)
        else printLine('Removed.')
      })
    })
}

async function findDrift(session: Session, wanted: string): Promise<DriftId> {
  const comparisons = await session.call.drift.list()
  const found = wanted === 'latest' ? comparisons[0] : comparisons.find(({ id }) => id === wanted)
  if (found) return found.id
  throw new AssayError({
    code: 'drift/unknown',
    message: `There is no comparison "${wanted}" in this workspace.`,
    remedy: 'Make one: assay drift --reference DATASET --current DATASET.',
    where: { wanted },
  })
}

async function show(session: Session, id: string, json: boolean): Promise<void> {
  const report = await session.call.drift.get({ id: id as DriftId })
  if (json) printJson(report)
  else printReport(report)
}
