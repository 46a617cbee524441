/** `assay fairness`: groups of an evaluated run, compared. */
import type { Command } from 'commander'
import { AssayError } from '../../../shared/contract/errors.ts'
import { fairnessSectionSchema } from '../../../shared/contract/fairness.ts'
import type { FairnessSection } from '../../../shared/contract/fairness.ts'
import { parityGuides } from '../../../shared/fairness/definitions.ts'
import type { Global } from '../assay.ts'
import { findRun } from '../find.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import { analyse, count, pText } from './analyse.ts'
import { mitigationTitle } from '../../../shared/fairness/definitions.ts'
import { real, wholeNumber } from '../options.ts'
import { addRobustnessCommand } from './robustness.ts'
import { addSlicesCommand } from './slices.ts'

interface FairnessFlags {
  by?: string[]
  intersections: boolean
  minimum?: number
  gap?: number
  selected?: string
  strata?: string
  reference?: string[]
}

function readReference(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at > 0) return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      throw new AssayError({
        code: 'usage/reference',
        message: `"${pair}" is not COLUMN=VALUE.`,
        remedy: 'For example: --reference gender=Male.',
      })
    }),
  )
}

function printFairness(section: FairnessSection): void {
  const about = section.selected === null ? '' : `, selected: "${section.selected}"`
  printLine(`${count(section.rows.used)} of ${count(section.rows.total)} rows${about}; 95 % intervals`)
  printFindings(section.findings)
  for (const attribute of section.attributes) {
    printLine()
    printLine(`${attribute.name} (reference: ${attribute.reference})`)
    const names = Object.keys(attribute.groups[0]!.metrics).filter((name) =>
      ['selection_rate', 'base_rate', 'tpr', 'fpr', 'ppv', 'accuracy', 'mean_residual', 'mae'].includes(name),
    )
    printTable(
      ['group', 'n', ...names],
      attribute.groups.map((group) => [
        group.label,
        count(group.n),
        ...names.map((name) => metricText(group.metrics[name]!)),
      ]),
    )
    printLine()
    printTable(
      ['parity', 'largest difference', 'least ratio', 'p, adjusted', 'lowest to highest'],
      attribute.parity.map((parity) => [
        parityGuides[parity.name]?.title ?? parity.name,
        metricText(parity.difference),
        parity.ratio ? metricText(parity.ratio) : '',
        pText(parity.pAdjusted),
        parity.lowest === null ? '' : `${parity.lowest} to ${parity.highest}`,
      ]),
    )
    for (const comparison of attribute.comparisons) {
      const measures = Object.entries(comparison.measures)
      if (measures.length === 0) continue
      printLine()
      printTable(
        [`${comparison.group} against ${attribute.reference}`, 'value  interval'],
        measures.map(([name, metric]) => [name, metricText(metric)]),
      )
    }
  }
  if (section.mitigation.length === 0) return
  printLine()
  printLine('Thresholds that make groups alike, fitted on one half of the rows and judged on the other:')
  printTable(
    ['attribute', 'goal', 'thresholds', 'gap before', 'gap after', 'change of accuracy'],
    section.mitigation.map((entry) => [
      entry.attribute,
      mitigationTitle(entry),
      entry.groups.map((group) => `${group.label} ${group.thresholdAfter?.toFixed(3) ?? 'none'}`).join(', '),
      metricText(entry.gapBefore),
      metricText(entry.gapAfter),
      metricText(entry.accuracyChange),
    ]),
  )
}

/** `assay fairness`, `assay slices` and `assay robustness`. */
export function addFairnessCommands(program: Command, global: () => Global): void {
  program
    .command('fairness <run>')
    .description('compare groups: rates, parities and what thresholds by group would cost')
    .option('--by <columns...>', 'the columns that form groups (default: the protected ones)')
    .option('--no-intersections', 'do not cross columns')
    .option('--minimum <rows>', 'leave out groups of fewer rows (default: 30)', wholeNumber)
    .option('--gap <rate>', 'how far apart one threshold for all may leave the groups (default: 0.05)', real)
    .option('--selected <class>', 'the class that counts as selected')
    .option('--strata <column>', 'compare within the values of this column (CDDPL)')
    .option('--reference <column=value...>', 'the group that others are held against (default: the largest)')
    .action(async (wanted: string, flags: FairnessFlags) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const id = await findRun(session, wanted)
        const options = {
          intersections: flags.intersections,
          reference: readReference(flags.reference ?? []),
          ...(flags.by ? { by: flags.by } : {}),
          ...(flags.minimum ? { minimumGroup: flags.minimum } : {}),
          ...(flags.gap === undefined ? {} : { largestGap: flags.gap }),
          ...(flags.selected === undefined ? {} : { selected: flags.selected }),
          ...(flags.strata === undefined ? {} : { strata: flags.strata }),
        }
        const found = await analyse(session, id, 'fairness', () => session.call.fairness.start({ id, options }))
        const section = fairnessSectionSchema.parse(found)
        if (json) printJson(section)
        else printFairness(section)
      })
    })
  addSlicesCommand(program, global)
  addRobustnessCommand(program, global)
}
