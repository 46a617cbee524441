/** The same numbers from their definitions, without sorting tricks: slow, and independent of the code under test. */

export interface Pair {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

const below = (sample: readonly number[], value: number): number =>
  sample.filter((other) => other <= value).length / sample.length

export const slowKs = ({ x, y }: Pair): number =>
  Math.max(...[...x, ...y].map((value) => Math.abs(below(x, value) - below(y, value))))

/** p of the largest difference by all ways to deal the pooled ranks into two hands. */
export function slowKsP(n: number, m: number, distance: number): number {
  let all = 0
  let extreme = 0
  const deal = (i: number, j: number, largest: number): void => {
    const here = Math.max(largest, Math.abs(i / n - j / m))
    if (i === n && j === m) {
      all++
      if (here >= distance - 1e-12) extreme++
      return
    }
    if (i < n) deal(i + 1, j, here)
    if (j < m) deal(i, j + 1, here)
  }
  deal(0, 0, 0)
  return extreme / all
}

/** Area between the quantile functions, both samples repeated to a common length. */
export function slowWasserstein({ x, y }: Pair): number {
  const sort = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)
  const a = sort(x).flatMap((value) => Array<number>(y.length).fill(value))
  const b = sort(y).flatMap((value) => Array<number>(x.length).fill(value))
  return a.reduce((sum, value, k) => sum + Math.abs(value - b[k]!), 0) / a.length
}

const meanDistance = (x: readonly number[], y: readonly number[]): number =>
  x.reduce((sum, a) => sum + y.reduce((inner, b) => inner + Math.abs(a - b), 0), 0) / x.length / y.length

export const slowEnergy = ({ x, y }: Pair): number =>
  Math.sqrt(Math.max(0, 2 * meanDistance(x, y) - meanDistance(x, x) - meanDistance(y, y)))

/** √ of the mean kernel within the samples less that between them, all pairs. */
export function slowDiscrepancy({ x, y }: Pair, bandwidth: number): number {
  const mean = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, u) => sum + b.reduce((inner, v) => inner + Math.exp(-Math.abs(u - v) / bandwidth), 0), 0) /
    a.length /
    b.length
  return Math.sqrt(mean(x, x) + mean(y, y) - 2 * mean(x, y))
}

export const slowMannWhitney = ({ x, y }: Pair): number =>
  x.reduce((sum, a) => sum + y.reduce((inner, b) => inner + (a > b ? 1 : a === b ? 0.5 : 0), 0), 0)

/** Midranks in the pooled sample. */
function midranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const smaller = values.filter((other) => other < value).length
    const equal = values.filter((other) => other === value).length
    return smaller + (equal + 1) / 2
  })
}

/** Anderson's (1962) T from ranks. */
export function slowCramerVonMises({ x, y }: Pair): number {
  const sort = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)
  const [a, b] = [sort(x), sort(y)]
  const ranks = midranks([...a, ...b])
  const square = (rank: number, index: number): number => (rank - index - 1) ** 2
  const first = a.reduce((sum, _, k) => sum + square(ranks[k]!, k), 0)
  const second = b.reduce((sum, _, k) => sum + square(ranks[a.length + k]!, k), 0)
  const product = a.length * b.length
  const total = a.length + b.length
  return (a.length * first + b.length * second) / (product * total) - (4 * product - 1) / (6 * total)
}

export function slowPsi(x: readonly number[], y: readonly number[], edges: readonly number[]): number {
  const share = (values: readonly number[], bin: number): number =>
    Math.max(
      1e-4,
      values.filter((value) => edges.filter((edge) => value >= edge).length === bin).length / values.length,
    )
  return edges.concat(0).reduce((sum, _, bin) => {
    const [p, q] = [share(x, bin), share(y, bin)]
    return sum + (q - p) * Math.log(q / p)
  }, 0)
}
