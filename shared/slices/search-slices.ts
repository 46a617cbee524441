/**
 * From losses and coded columns to the slices in which a model does worse: pure, so that it can run in a worker thread.
 *
 * Among thousands of slices some look bad by chance. Each p-value is therefore adjusted by Benjamini and Hochberg over
 * all slices that the search could have looked at, not only those that it did: which ones it looks at depends on the
 * losses. Slices of one, two and three conditions get an equal part of the level each. Intervals of the slices that are
 * left are widened so that of them, too, at most that share misses (Benjamini and Yekutieli 2005).
 */
import type { Condition, Slice, SlicesSection } from '../contract/slices.ts'
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts'
import { beamSearch } from './beam.ts'
import type { Candidate, SearchColumn } from './beam.ts'
import { sliceTitle } from './condition.ts'
import { growTree } from './error-tree.ts'
import { differenceOf, effectSizeOf, makeLosses, meanOf, testOf, without } from './slice-test.ts'
import type { Losses, Sums } from './slice-test.ts'
import { leaveOutSimilar } from './similar.ts'

export interface SlicesInput {
  /** The metric, one a row; for a rate each is 0 or 1. Larger is worse. */
  readonly losses: Float64Array
  readonly isRate: boolean
  readonly columns: readonly SearchColumn[]
  /** Slices that the user named, with 1 for each row in them. */
  readonly defined: readonly { readonly conditions: readonly Condition[]; readonly member: Uint8Array }[]
  readonly depth: number
  readonly minimumRows: number
  readonly level: number
}

export type SlicesResult = Pick<SlicesSection, 'overall' | 'search' | 'defined' | 'found' | 'tree'>

const beam = 24
/** No node of the tree holds less than one in so many rows: a tree shows broad structure. */
const leaves = 20
/** What a reader takes in; the others are counted. */
const mostShown = 30

/**
 * Slices whose mean loss is significantly above that of the other rows, corrected for all that were possible.
 *
 * @param progress told of the search's steps
 */
export function searchSlices(
  input: SlicesInput,
  progress: (done: number, total: number) => void = () => undefined,
): SlicesResult {
  const { columns, depth, minimumRows, level } = input
  const losses = makeLosses(input.losses, input.isRate)
  const { computed, possible } = beamSearch({ columns, losses, depth, minimumRows, beam, progress })
  const chosen = significant(losses, computed, possible, level)
  const { kept, similar } = leaveOutSimilar(columns, losses, chosen, mostShown)
  return {
    overall: meanOf(losses, losses.total),
    search: {
      possible: [...possible],
      computed: computed.map((candidates) => candidates.length),
      beam,
      significant: chosen.length,
      similar,
    },
    defined: definedSlices(losses, input.defined),
    found: kept.map((candidate) =>
      describeSlice(losses, conditionsOf(columns, candidate), candidate, {
        p: candidate.p,
        pAdjusted: candidate.pAdjusted,
        level: candidate.intervalLevel,
        how: `, widened for the choice among ${possible.reduce((sum, count) => sum + count, 0)} slices`,
      }),
    ),
    tree: growTree({ columns, losses, minimumRows: Math.max(minimumRows, Math.ceil(losses.total.n / leaves)), level }),
  }
}

export interface Chosen extends Candidate {
  readonly p: number
  readonly pAdjusted: number
  /** Probability outside this slice's interval. */
  readonly intervalLevel: number
}

/** The slices whose adjusted p-value is at or below the level, worst first. */
function significant(
  losses: Losses,
  computed: readonly (readonly Candidate[])[],
  possible: readonly number[],
  level: number,
): Chosen[] {
  const tests = possible.reduce((sum, count) => sum + count, 0)
  const sizes = possible.filter((count) => count > 0).length
  const all = computed.flat()
  const weights = Float64Array.from(all, ({ columns }) => tests / sizes / possible[columns.length - 1]!)
  const pValues = Float64Array.from(all, (candidate) => {
    // Better than the rest: the exact tail is near 1 and would only cost time.
    if (candidate.statistic <= 0) return 1
    return testOf(losses.isRate, candidate, without(losses.total, candidate), 'worse') ?? 1
  })
  const adjusted = benjaminiHochberg(pValues, tests, weights)
  const count = adjusted.reduce((sum, p) => sum + (p <= level ? 1 : 0), 0)
  return all
    .flatMap((candidate, index): Chosen[] => {
      if (adjusted[index]! > level) return []
      const intervalLevel = Math.min(level, (count * level * weights[index]!) / tests)
      return [{ ...candidate, p: pValues[index]!, pAdjusted: adjusted[index]!, intervalLevel }]
    })
    .sort((a, b) => b.statistic - a.statistic)
}

function conditionsOf(columns: readonly SearchColumn[], candidate: Candidate): Condition[] {
  return candidate.columns.map((place, index) => columns[place]!.predicates[candidate.predicates[index]!]!.condition)
}

function definedSlices(losses: Losses, wanted: SlicesInput['defined']): Slice[] {
  const sums = wanted.map(({ member }): Sums => {
    let n = 0
    let sum = 0
    let squares = 0
    for (let row = 0; row < member.length; row++) {
      if (member[row] === 0) continue
      n++
      sum += losses.values[row]!
      squares += losses.values[row]! ** 2
    }
    return { n, sum, squares }
  })
  const pValues = sums.map((own) => testOf(losses.isRate, own, without(losses.total, own), 'either'))
  const known = pValues.filter((p) => p !== null)
  const adjusted = [...benjaminiHochberg(known)]
  return wanted.map(({ conditions }, index) =>
    describeSlice(losses, conditions, sums[index]!, {
      p: pValues[index]!,
      pAdjusted: pValues[index] === null ? null : adjusted.shift()!,
      level: 0.05,
      how: '',
    }),
  )
}

function describeSlice(
  losses: Losses,
  conditions: readonly Condition[],
  inside: Sums,
  test: { readonly p: number | null; readonly pAdjusted: number | null; readonly level: number; readonly how: string },
): Slice {
  const outside = without(losses.total, inside)
  const difference = differenceOf(losses.isRate, inside, outside, test.level, test.how)
  return {
    title: sliceTitle(conditions),
    conditions: [...conditions],
    n: inside.n,
    share: inside.n / losses.total.n,
    inside: meanOf(losses, inside),
    outside: meanOf(losses, outside),
    difference,
    effectSize: effectSizeOf(losses.isRate, inside, outside),
    excess: difference.value === null ? 0 : inside.n * difference.value,
    p: test.p,
    pAdjusted: test.pAdjusted,
  }
}
