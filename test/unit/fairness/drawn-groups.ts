/** Groups with scores that are drawn at random, and what the analysis takes of them. */
import type { FairnessInput } from '../../../shared/fairness/analyse-fairness.ts'
import type { Random } from '../../../shared/statistics/random.ts'

/** A column of texts as its sorted values and their places. */
export function code(name: string, values: readonly string[]) {
  const labels = [...new Set(values)].sort()
  return { name, labels, codes: Uint16Array.from(values, (value) => labels.indexOf(value)) }
}

/** With the settings that a test does not care about. */
export function input(more: Partial<FairnessInput> & Pick<FairnessInput, 'rows' | 'columns'>): FairnessInput {
  return {
    attributes: more.columns.map((_, place) => [place]),
    strata: null,
    reference: {},
    minimumGroup: 30,
    threshold: 0.5,
    seed: 1,
    ...more,
  }
}

/** Rows that are decided at a threshold. */
export function classifier(y: Uint8Array, score: Float64Array, threshold = 0.5) {
  const decided = Uint8Array.from(score, (value) => (value >= threshold ? 1 : 0))
  return {
    kind: 'classifier' as const,
    y,
    decided,
    correct: y.map((truth, row) => (truth === decided[row] ? 1 : 0)),
    score,
    probabilities: true,
  }
}

/** Scores that are calibrated in every group, and base rates that differ by `gap`. */
export function draw(random: Random, n: number, groups: readonly string[], gap: number) {
  const group = Array.from({ length: n }, () => groups[Math.floor(random.uniform() * groups.length)]!)
  const score = new Float64Array(n)
  const y = new Uint8Array(n)
  for (let row = 0; row < n; row++) {
    const shift = gap * groups.indexOf(group[row]!)
    score[row] = 1 / (1 + Math.exp(-(1.3 * random.normal() - 0.4 + shift)))
    y[row] = random.uniform() < score[row]! ? 1 : 0
  }
  return { group, score, y }
}
