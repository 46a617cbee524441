/** What a person allows a counterfactual to change, as typed behind options. */
import type { CounterfactualRequest, Goal } from '../../../shared/contract/explain-turning.ts'
import { readNumber, usage } from '../options.ts'

export interface TurningFlags {
  readonly fixed: readonly string[]
  readonly bound: readonly string[]
  readonly cost: readonly string[]
  readonly goal?: string
}

/** The last "=" parts them, because a column's name may hold one. */
function cut(text: string, option: string): [string, string] {
  const at = text.lastIndexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw usage(option, `"${text}" has no "=" between a column and its value.`)
}

/** "18..65", "18.." or "..65". */
function rangeOf(text: string, option: string): { low: number | null; high: number | null } {
  const [low, high, ...more] = text.split('..')
  if (high === undefined || more.length > 0 || (low === '' && high === '')) {
    throw usage(option, `"${text}" is not a range such as 18..65, 18.. or ..65.`)
  }
  const end = (part: string) => (part === '' ? null : readNumber(part, option))
  return { low: end(low!), high: end(high) }
}

/** @throws AssayError usage/bound, usage/cost, usage/goal */
export function turningRequest(
  flags: TurningFlags,
  isRegression: boolean,
): Pick<CounterfactualRequest, 'fixed' | 'bounds' | 'costs' | 'goal'> {
  const goal: Goal =
    flags.goal === undefined
      ? null
      : isRegression
        ? { kind: 'range', ...rangeOf(flags.goal, 'goal') }
        : { kind: 'class', name: flags.goal }
  return {
    fixed: [...flags.fixed],
    bounds: Object.fromEntries(
      flags.bound.map((text) => {
        const [name, range] = cut(text, 'bound')
        return [name, rangeOf(range, 'bound')]
      }),
    ),
    costs: Object.fromEntries(
      flags.cost.map((text) => {
        const [name, value] = cut(text, 'cost')
        const cost = readNumber(value, 'cost')
        if (cost < 0) throw usage('cost', `A cost is not below 0, as "${text}" says.`)
        return [name, cost]
      }),
    ),
    goal,
  }
}
