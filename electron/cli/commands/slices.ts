/** `assay slices`: where an evaluated model does worse. */
import type { Command } from 'commander'
import { sliceMetricSchema, slicesSectionSchema } from '../../../shared/contract/slices.ts'
import type { Slice, SliceMetric, SlicesSection, TreeNode } from '../../../shared/contract/slices.ts'
import { formatPercent } from '../../../shared/format/number.ts'
import { sliceTitle } from '../../../shared/slices/condition.ts'
import type { Global } from '../assay.ts'
import { findRun } from '../find.ts'
import { readSlices } from '../read-slices.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import { analyse, count, pText } from './analyse.ts'
import { wholeNumber } from '../options.ts'

interface SliceFlags {
  metric?: string
  columns?: string[]
  depth?: number
  minimum?: number
  level?: number
  slice?: string[]
}

function printSlices(slices: readonly Slice[]): void {
  printTable(
    ['slice', 'n', 'inside', 'outside', 'difference', 'effect', 'p, adjusted'],
    slices.map((slice) => [
      slice.title,
      `${count(slice.n)} (${formatPercent(slice.share)})`,
      metricText(slice.inside),
      metricText(slice.outside),
      metricText(slice.difference),
      slice.effectSize?.toFixed(2) ?? '—',
      pText(slice.pAdjusted),
    ]),
  )
}

function printTree(node: TreeNode, depth: number): void {
  const title = node.conditions.length === 0 ? 'all rows' : sliceTitle(node.conditions.slice(-1))
  printLine(`${'  '.repeat(depth)}${title}: ${metricText(node.metric)}, n ${count(node.n)}`)
  for (const child of node.children) printTree(child, depth + 1)
}

function printSliceSection(section: SlicesSection): void {
  printLine(`${section.metric.replaceAll('_', ' ')} ${metricText(section.overall)}`)
  printLine(
    `${count(section.rows.used)} of ${count(section.rows.total)} rows, ${section.features.length} columns, slices of at least ${count(section.minimumRows)} rows`,
  )
  printLine(
    `${section.search.possible.map(count).join(' + ')} slices of 1, 2, … conditions; ${count(section.search.significant)} are worse beyond chance at ${formatPercent(section.level, 0)}, ${count(section.found.length)} are shown`,
  )
  if (section.defined.length > 0) {
    printLine()
    printSlices(section.defined)
  }
  printLine()
  if (section.found.length === 0) printLine('No slice is worse beyond chance.')
  else printSlices(section.found)
  printLine()
  printTree(section.tree, 0)
  printFindings(section.findings)
}

export function addSlicesCommand(program: Command, global: () => Global): void {
  program
    .command('slices <run>')
    .description('find where the model does worse: slices of one, two or three conditions, and a tree')
    .option('--metric <name>', `${sliceMetricSchema.options.join(', ')} (default: error_rate or absolute_error)`)
    .option('--columns <columns...>', 'search these columns only')
    .option('--depth <n>', 'at most so many conditions, 1 to 3 (default: 3)', wholeNumber)
    .option('--minimum <rows>', 'slices of at least so many rows (default: 30, or 0.5 %)', wholeNumber)
    .option('--level <p>', 'share of false alarms among the slices found (default: 0.05)', Number)
    .option('--slice <conditions...>', 'also test this slice, for example "contract = One year & tenure < 6"')
    .action(async (wanted: string, flags: SliceFlags) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const id = await findRun(session, wanted)
        const options = {
          defined: await readSlices(session, id, flags.slice ?? []),
          ...(flags.metric === undefined ? {} : { metric: flags.metric as SliceMetric }),
          ...(flags.columns ? { columns: flags.columns } : {}),
          ...(flags.depth ? { depth: flags.depth } : {}),
          ...(flags.minimum ? { minimumRows: flags.minimum } : {}),
          ...(flags.level === undefined ? {} : { level: flags.level }),
        }
        const found = await analyse(session, id, 'slices', () => session.call.slices.start({ id, options }))
        const section = slicesSectionSchema.parse(found)
        if (json) printJson(section)
        else printSliceSection(section)
      })
    })
}
