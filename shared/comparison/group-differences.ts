/** Where each wins: the mean difference of a row's loss, by the value of one column at a time. */
import type { ComparedGroup, PairedDifference } from '../contract/comparison.ts'
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts'
import { judgeDifferences } from './judge-difference.ts'
import { normalEstimate, undefinedEstimate } from './paired-estimate.ts'
import type { PairedEstimate } from './paired-estimate.ts'
import { twoSidedNormal } from '../statistics/erfc.ts'

export interface GroupColumn {
  readonly name: string
  /** Names of its groups: values, or ranges of a number. */
  readonly groups: readonly string[]
  /** Group of each used row, −1 for none. */
  readonly groupOf: Int16Array
}

export interface GroupRequest {
  readonly columns: readonly GroupColumn[]
  /** Loss of the other minus that of the reference, one a used row. */
  readonly lossDifference: Float64Array
}

/** Groups with fewer rows are not looked at: their standard errors would not be to be trusted. */
const fewestRows = 30
/** Groups that are listed; all are tested and corrected for. */
const listed = 40

/**
 * Each group's mean difference with its 95 % interval, false discoveries held at 5 % over all groups (Benjamini and
 * Hochberg 1995). Below 0 the other loses less there.
 */
export function groupDifferences({ columns, lossDifference }: GroupRequest): {
  readonly tested: number
  readonly found: ComparedGroup[]
} {
  const entries: { column: string; value: string; estimate: PairedEstimate; p: number }[] = []
  for (const { name, groups, groupOf } of columns) {
    for (const { group, estimate } of meansByGroup(groups.length, groupOf, lossDifference)) {
      const p = estimate.zAt === null ? 1 : twoSidedNormal(estimate.zAt(0))
      entries.push({ column: name, value: groups[group]!, estimate, p })
    }
  }
  const adjusted = benjaminiHochberg(entries.map(({ p }) => p))
  const judged = entries.map(({ column, value, estimate, p }, index): ComparedGroup & { p: number } => {
    const [plain] = judgeDifferences({ estimates: [estimate], better: 'lower', margin: undefined }) as [
      PairedDifference,
    ]
    const pAdjusted = estimate.zAt === null ? null : adjusted[index]!
    return {
      column,
      value,
      difference: estimate.difference,
      pAdjusted,
      verdict: pAdjusted !== null && pAdjusted >= 0.05 ? 'no difference shown' : plain.verdict,
      p,
    }
  })
  judged.sort((a, b) => a.p - b.p)
  return { tested: judged.length, found: judged.slice(0, listed).map(({ p: _, ...group }) => group) }
}

function meansByGroup(
  size: number,
  groupOf: Int16Array,
  loss: Float64Array,
): { readonly group: number; readonly estimate: PairedEstimate }[] {
  const rows = new Float64Array(size)
  const mean = new Float64Array(size)
  const squares = new Float64Array(size)
  for (let row = 0; row < loss.length; row++) {
    const group = groupOf[row]!
    if (group < 0) continue
    const count = ++rows[group]!
    const delta = loss[row]! - mean[group]!
    mean[group]! += delta / count
    squares[group]! += delta * (loss[row]! - mean[group]!)
  }
  return Array.from({ length: size }, (_, group) => group)
    .filter((group) => rows[group]! >= fewestRows)
    .map((group) => {
      const n = rows[group]!
      const standardError = Math.sqrt(squares[group]! / (n - 1) / n)
      const estimate = Number.isFinite(mean[group]!)
        ? normalEstimate({
            value: mean[group]!,
            standardError,
            n,
            method: 'Standard error of the row differences',
            test: 'Paired z',
          })
        : undefinedEstimate(n, 'a loss is not finite')
      return { group, estimate }
    })
}
