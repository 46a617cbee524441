/**
 * A small tree of conditions under which the metric differs. A node is split where the best of its possible splits
 * stands a test that counts how many there were (Bonferroni, as conditional inference trees do: Hothorn, Hornik and
 * Zeileis 2006), so that rows without structure mostly give no tree at all.
 */
import type { Condition, TreeNode } from '../contract/slices.ts'
import type { SearchColumn } from './beam.ts'
import { sliceTitle } from './condition.ts'
import { studentTail } from '../statistics/student-t.ts'
import { meanOf, testOf, without } from './slice-test.ts'
import type { Losses, Sums } from './slice-test.ts'

export interface TreeRequest {
  readonly columns: readonly SearchColumn[]
  readonly losses: Losses
  readonly minimumRows: number
  readonly level: number
}

const mostLevels = 3

interface Split {
  readonly column: SearchColumn
  /** Codes of the side that the condition names. */
  readonly first: number
  readonly last: number
  readonly condition: Condition
  readonly opposite: Condition
}

/** Every way to cut a column in two by one condition and its opposite. */
function splitsOf(column: SearchColumn): Split[] {
  const name = column.column
  const splits: Split[] = column.values.map((value, code) => ({
    column,
    first: code,
    last: code,
    condition: { kind: 'equals', column: name, value },
    opposite: { kind: 'not equal', column: name, value },
  }))
  column.edges.forEach((edge, index) => {
    splits.push({
      column,
      first: 0,
      last: index,
      condition: { kind: 'range', column: name, from: null, to: edge, orMissing: false },
      opposite: { kind: 'range', column: name, from: edge, to: null, orMissing: column.missing >= 0 },
    })
  })
  return splits
}

/**
 * Distance of a part's sum from what rows drawn without replacement would have, in standard deviations of that. Its
 * variance is that of all rows of the node: with the part's own, as in Welch's test, losses with a long tail made 6.3 %
 * false splits for 5 %; with this 3.6 %.
 */
function permutationStatistic(part: Sums, node: Sums): number {
  const mean = node.sum / node.n
  const spread = node.squares / node.n - mean * mean
  const variance = ((part.n * (node.n - part.n)) / (node.n - 1)) * spread
  return variance > 0 ? (part.sum - part.n * mean) / Math.sqrt(variance) : 0
}

interface Found {
  readonly split: Split
  readonly statistic: number
  readonly inside: Sums
}

/** A tree over all rows whose splits part high losses from low ones. */
export function growTree(request: TreeRequest): TreeNode {
  const { losses } = request
  const rows = new Uint32Array(losses.values.length)
  for (let row = 0; row < rows.length; row++) rows[row] = row
  return grow(request, rows, losses.total, [], 0)
}

function grow(
  request: TreeRequest,
  rows: Uint32Array,
  sums: Sums,
  conditions: readonly Condition[],
  levels: number,
): TreeNode {
  const { losses, level } = request
  const leaf = { conditions: [...conditions], n: sums.n, metric: meanOf(losses, sums), split: null, children: [] }
  if (levels >= mostLevels || rows.length < 2 * request.minimumRows) return leaf
  const { best, tried } = bestSplit(request, rows, sums)
  if (!best) return leaf
  const p = losses.isRate
    ? testOf(true, best.inside, without(sums, best.inside), 'either')
    : Math.min(1, 2 * studentTail(best.statistic, sums.n - 2))
  if (p === null || p * tried >= level) return leaf
  const { split } = best
  const [inside, outside] = divide(rows, split)
  const child = (part: Uint32Array, own: Sums, condition: Condition): TreeNode =>
    grow(request, part, own, addCondition(conditions, condition), levels + 1)
  return {
    ...leaf,
    split: { column: split.column.column, title: sliceTitle([split.condition]), p: Math.min(1, p * tried) },
    children: [child(inside, best.inside, split.condition), child(outside, without(sums, best.inside), split.opposite)],
  }
}

/** Two ranges of one column are one range, so that a path of three conditions stays readable. */
function addCondition(conditions: readonly Condition[], added: Condition): Condition[] {
  const at = conditions.findIndex((one) => one.kind === 'range' && one.column === added.column)
  const before = conditions[at]
  if (added.kind !== 'range' || before?.kind !== 'range') return [...conditions, added]
  return conditions.toSpliced(at, 1, {
    kind: 'range',
    column: added.column,
    from: added.from ?? before.from,
    to: added.to ?? before.to,
    orMissing: before.orMissing && added.orMissing,
  })
}

function divide(rows: Uint32Array, { column, first, last }: Split): [Uint32Array, Uint32Array] {
  const inside = new Uint32Array(rows.length)
  const outside = new Uint32Array(rows.length)
  let there = 0
  let here = 0
  for (const row of rows) {
    const code = column.coded[row]!
    if (code >= first && code <= last) inside[here++] = row
    else outside[there++] = row
  }
  return [inside.subarray(0, here), outside.subarray(0, there)]
}

function bestSplit(request: TreeRequest, rows: Uint32Array, sums: Sums): { best: Found | null; tried: number } {
  const { losses, minimumRows } = request
  let best: Found | null = null
  let tried = 0
  for (const column of request.columns) {
    const n = new Float64Array(column.codes)
    const sum = new Float64Array(column.codes)
    const squares = new Float64Array(column.codes)
    for (const row of rows) {
      const code = column.coded[row]!
      const loss = losses.values[row]!
      n[code]!++
      sum[code]! += loss
      squares[code]! += loss * loss
    }
    for (const split of splitsOf(column)) {
      const inside = { n: 0, sum: 0, squares: 0 }
      for (let code = split.first; code <= split.last; code++) {
        inside.n += n[code]!
        inside.sum += sum[code]!
        inside.squares += squares[code]!
      }
      if (inside.n < minimumRows || sums.n - inside.n < minimumRows) continue
      tried++
      const statistic = Math.abs(permutationStatistic(inside, sums))
      if (!best || statistic > best.statistic) best = { split, statistic, inside }
    }
  }
  return { best, tried }
}
