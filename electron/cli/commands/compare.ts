/** `assay compare`: runs of one dataset, pair by pair. */
import type { Command } from 'commander'
import type { ComparedPair, Comparison, PairedDifference } from '../../../shared/contract/comparison.ts'
import type { ComparisonId, RunId } from '../../../shared/contract/ids.ts'
import type { Global } from '../assay.ts'
import { findDataset, findRun } from '../find.ts'
import { collect, readNumber, usage } from '../options.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import { addCalibrateCommand } from './calibrate.ts'
import { addCanaryCommand } from './canary.ts'
import { addDecideCommand } from './decide.ts'
import { headlineMetrics } from '../../../shared/metrics/definitions.ts'

/** "roc_auc=0.01", or "0.01" alone, which the caller gives to the headline metric. */
function readMargins(texts: readonly string[]): { named: Record<string, number>; plain: number | null } {
  const named: Record<string, number> = {}
  let plain: number | null = null
  for (const text of texts) {
    const at = text.lastIndexOf('=')
    const value = readNumber(text.slice(at + 1), 'margin')
    if (value <= 0) throw usage('margin', `The margin ${value} is not above 0.`)
    if (at < 0) plain = value
    else named[text.slice(0, at).trim()] = value
  }
  return { named, plain }
}

const pText = (p: number | null): string => (p === null ? '—' : p < 0.0001 ? '< 0.0001' : p.toFixed(4))

function differenceRow(name: string, { difference, test, pAdjusted, verdict, nonInferiority, rope }: PairedDifference) {
  return [
    name,
    metricText(difference),
    pText(pAdjusted),
    verdict,
    nonInferiority ? `${nonInferiority.verdict} (margin ${nonInferiority.margin})` : '',
    rope ? `${rope.verdict} (${(100 * rope.equivalent).toFixed(1)} % within)` : '',
    test ?? '',
  ]
}

function printPair(pair: ComparedPair, comparison: Comparison): void {
  const titleOf = (key: string) => comparison.contenders.find((one) => one.key === key)!.title
  printLine()
  printLine(`${titleOf(pair.other)} against ${titleOf(comparison.reference)}`)
  printTable(
    ['metric', 'difference  95 % interval', 'p (Holm)', 'verdict', 'not worse', 'equivalence', 'test'],
    comparison.metricOrder.map((name) => differenceRow(name, pair.differences[name]!)),
  )
  const { mcnemar, signedRank, changed } = pair
  if (mcnemar) {
    printLine(
      `right: both ${mcnemar.bothRight}, only the reference ${mcnemar.onlyReference}, only the other ${mcnemar.onlyOther}, neither ${mcnemar.bothWrong}; McNemar exact p ${pText(mcnemar.exactP)}, corrected p ${pText(mcnemar.correctedP)}`,
    )
  }
  if (signedRank)
    printLine(`absolute errors, Wilcoxon signed-rank p ${pText(signedRank.p)}, ${signedRank.n} rows that differ`)
  printLine(`rows put right ${changed.fixed}, put wrong ${changed.broken}`)
  const wins = pair.groups.found.filter(({ verdict }) => verdict === 'better' || verdict === 'worse').slice(0, 5)
  for (const { column, value, difference, verdict } of wins)
    printLine(
      `  ${verdict} where ${column} is ${value}: ${pair.groups.loss} ${metricText(difference)}, ${difference.n} rows`,
    )
}

export function printComparison(comparison: Comparison): void {
  const { dataset, rows, contenders, headline } = comparison
  printLine(`${dataset.name}: ${rows.used} of ${rows.total} rows, each scored by every model`)
  printFindings(comparison.findings)
  printTable(
    ['model', headline, 'how'],
    contenders.map(({ title, metrics, detail }) => [
      title,
      metrics[headline] ? metricText(metrics[headline]) : '',
      detail,
    ]),
  )
  for (const pair of comparison.pairs) printPair(pair, comparison)
}

interface CompareFlags {
  margin: string[]
  train?: string
  attach?: boolean
}

async function compareCommand(wanted: readonly string[], flags: CompareFlags, { workspace, json }: Global) {
  const { named, plain } = readMargins(flags.margin)
  await withSession(workspace, json, async (session) => {
    const runs: RunId[] = []
    for (const one of wanted) runs.push(await findRun(session, one))
    const margins = { ...named }
    if (plain !== null) {
      const { task } = await session.call.runs.get({ id: runs[0]! })
      margins[headlineMetrics[task]] = plain
    }
    const { jobId } = await session.call.comparisons.start({
      runs,
      margins,
      ...(flags.train === undefined ? {} : { train: await findDataset(session, flags.train) }),
    })
    const id = (await session.follow(jobId)) as ComparisonId
    const { comparison } = await session.call.comparisons.get({ id })
    if (flags.attach) for (const runId of runs) await session.call.comparisons.attach({ id, runId })
    if (json) printJson({ id, comparison })
    else printComparison(comparison)
  })
}

export function addCompareCommands(program: Command, global: () => Global): void {
  program
    .command('compare <run...>')
    .description('hold runs of one dataset against the first of them, pair by pair, with baselines')
    .option('--margin <metric=size>', 'non-inferiority margin and region of equivalence (repeat)', collect, [])
    .option(
      '--train <dataset>',
      'train the linear and the tree baseline on this dataset (default: the compared rows, cross-fitted)',
    )
    .option('--attach', 'put the comparison into the evidence of each run')
    .action((runs: string[], flags: CompareFlags) => compareCommand(runs, flags, global()))
  addCanaryCommand(program, global)
  addCalibrateCommand(program, global)
  addDecideCommand(program, global)
}
