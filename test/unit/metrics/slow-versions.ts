/** Metrics from their definitions, with no regard to speed: over all pairs, all thresholds, all rows. */

export function slowAuc(positive: ArrayLike<number>, score: ArrayLike<number>): number {
  let wins = 0
  let pairs = 0
  for (let i = 0; i < positive.length; i++) {
    for (let j = 0; j < positive.length; j++) {
      if (positive[i] !== 1 || positive[j] !== 0) continue
      pairs++
      if (score[i]! > score[j]!) wins++
      else if (score[i] === score[j]) wins += 0.5
    }
  }
  return wins / pairs
}

/** DeLong's variance from the structural components of every row against every row. */
export function slowDelongVariance(positive: ArrayLike<number>, score: ArrayLike<number>): number {
  const kernel = (a: number, b: number): number => (a > b ? 1 : a === b ? 0.5 : 0)
  const rows = Array.from({ length: positive.length }, (_, row) => row)
  const ones = rows.filter((row) => positive[row] === 1).map((row) => score[row]!)
  const zeros = rows.filter((row) => positive[row] === 0).map((row) => score[row]!)
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = (values: number[]): number =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1)
  const v10 = ones.map((a) => mean(zeros.map((b) => kernel(a, b))))
  const v01 = zeros.map((b) => mean(ones.map((a) => kernel(a, b))))
  return variance(v10) / v10.length + variance(v01) / v01.length
}

export interface Cut {
  readonly threshold: number
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
}

/** The confusion matrix at each distinct score, from the highest down. */
export function slowCuts(positive: ArrayLike<number>, score: ArrayLike<number>): Cut[] {
  const thresholds = [...new Set(Array.from(score))].sort((a, b) => b - a)
  return thresholds.map((threshold) => {
    const cut = { threshold, tp: 0, fp: 0, fn: 0, tn: 0 }
    for (let row = 0; row < positive.length; row++) {
      const called = score[row]! >= threshold
      if (positive[row] === 1) cut[called ? 'tp' : 'fn']++
      else cut[called ? 'fp' : 'tn']++
    }
    return cut
  })
}

export function slowAveragePrecision(positive: ArrayLike<number>, score: ArrayLike<number>): number {
  let recall = 0
  let sum = 0
  for (const { tp, fp, fn } of slowCuts(positive, score)) {
    sum += (tp / (tp + fn) - recall) * (tp / (tp + fp))
    recall = tp / (tp + fn)
  }
  return sum
}

/** Mean over ordered pairs of classes of the area between them, and the same weighted by the rows of both. */
export function slowHandTill(y: ArrayLike<number>, scores: ArrayLike<number>, classes: number): [number, number] {
  let plain = 0
  let weighted = 0
  let weights = 0
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < classes; j++) {
      if (i === j) continue
      const rows = Array.from({ length: y.length }, (_, row) => row).filter((row) => y[row] === i || y[row] === j)
      const area = slowAuc(
        rows.map((row) => (y[row] === i ? 1 : 0)),
        rows.map((row) => scores[row * classes + i]!),
      )
      plain += area / (classes * (classes - 1))
      weighted += rows.length * area
      weights += rows.length
    }
  }
  return [plain, weighted / weights]
}

/** Average ranks by counting, for each value, those below and those equal. */
export function slowRanks(values: ArrayLike<number>): number[] {
  const all = Array.from(values)
  return all.map(
    (value) => all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2,
  )
}

export function slowPearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0]
  for (let i = 0; i < n; i++) {
    sa += a[i]!
    sb += b[i]!
    saa += a[i]! ** 2
    sbb += b[i]! ** 2
    sab += a[i]! * b[i]!
  }
  return (n * sab - sa * sb) / Math.sqrt((n * saa - sa * sa) * (n * sbb - sb * sb))
}
