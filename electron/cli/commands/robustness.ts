/** `assay robustness`: what happens to an evaluated model's answers when its inputs get worse. */
import type { Command } from 'commander'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Metric } from '../../../shared/contract/evidence.ts'
import { perturbationKindSchema, robustnessSectionSchema } from '../../../shared/contract/robustness.ts'
import type { PerturbationKind, RobustnessSection } from '../../../shared/contract/robustness.ts'
import type { Global } from '../assay.ts'
import { findRun } from '../find.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import { analyse, count } from './analyse.ts'
import { wholeNumber } from '../options.ts'

interface RobustnessFlags {
  rows?: number
  kinds?: string[]
  columns?: string[]
  monotonicity: boolean
  rising?: string[]
  falling?: string[]
}

function readKinds(names: readonly string[]): PerturbationKind[] {
  return names.map((name) => {
    const kind = perturbationKindSchema.safeParse(name.replaceAll('-', ' '))
    if (kind.success) return kind.data
    throw new AssayError({
      code: 'usage/kind',
      message: `"${name}" is no kind of change.`,
      remedy: `Kinds are ${perturbationKindSchema.options.map((one) => one.replaceAll(' ', '-')).join(', ')}.`,
    })
  })
}

function printRobustness(section: RobustnessSection): void {
  printLine(
    `${section.headline} ${metricText(section.baseline)} on ${count(section.rows.used)} of ${count(section.rows.total)} rows, unchanged`,
  )
  printFindings(section.findings)
  const changed = (metric: Metric): string => (metric.value === null ? '—' : metricText(metric))
  for (const perturbation of section.perturbations) {
    printLine()
    printLine(`${perturbation.title}: ${perturbation.what}`)
    printTable(
      [
        perturbation.strengthUnit,
        section.headline,
        'change',
        'decisions changed',
        'mean shift of the score',
        'confidence',
      ],
      perturbation.points.map((point) => [
        String(point.strength),
        changed(point.metric),
        changed(point.change),
        changed(point.flips),
        changed(point.shift),
        changed(point.confidence),
      ]),
    )
    if (perturbation.failure) printLine(`  ${perturbation.failure.code}: ${perturbation.failure.message}`)
  }
  if (section.monotonicity.length > 0) {
    printLine()
    printTable(
      ['as the column rises, the score', 'rises', 'falls', 'stays', 'does neither', 'expected', 'against it'],
      section.monotonicity.map((entry) => [
        entry.column,
        ...[entry.rising, entry.falling, entry.flat, entry.mixed].map(metricText),
        entry.expected ?? '',
        metricText(entry.violations),
      ]),
    )
  }
  for (const { what, reason } of section.skipped) printLine(`  not done: ${what}: ${reason}`)
}

export function addRobustnessCommand(program: Command, global: () => Global): void {
  program
    .command('robustness <run>')
    .description('change rows (noise, gaps, outliers, typing errors, …), score them again, and show what it does')
    .option('--rows <n>', 'at most so many rows (default: 5000)', wholeNumber)
    .option('--kinds <kinds...>', perturbationKindSchema.options.map((kind) => kind.replaceAll(' ', '-')).join(', '))
    .option('--columns <columns...>', 'change these columns only')
    .option('--no-monotonicity', 'do not move rows along single columns')
    .option('--rising <columns...>', 'the score must not fall as these columns rise')
    .option('--falling <columns...>', 'the score must not rise as these columns rise')
    .action(async (wanted: string, flags: RobustnessFlags) => {
      const { workspace, json } = global()
      const kinds = flags.kinds ? readKinds(flags.kinds) : null
      await withSession(workspace, json, async (session) => {
        const id = await findRun(session, wanted)
        const options = {
          monotonicity: flags.monotonicity,
          expected: Object.fromEntries([
            ...(flags.rising ?? []).map((name) => [name, 'rising'] as const),
            ...(flags.falling ?? []).map((name) => [name, 'falling'] as const),
          ]),
          ...(flags.rows ? { rows: flags.rows } : {}),
          ...(kinds ? { kinds } : {}),
          ...(flags.columns ? { columns: flags.columns } : {}),
        }
        const found = await analyse(session, id, 'robustness', () => session.call.robustness.start({ id, options }))
        const section = robustnessSectionSchema.parse(found)
        if (json) printJson(section)
        else printRobustness(section)
      })
    })
}
