/**
 * Tails of weighted sums of squared normal numbers, Σ λⱼ Zⱼ², whose weights belong to the Cramér–von Mises and the
 * Anderson–Darling statistic, by Smirnov's formula (1936; Martynov 1978):
 *
 *   P(Q > x) = 1/π Σₖ (−1)^(k+1) ∫ e^(−xu/2) / (u √|D(u)|) du   from 1/λ₂ₖ₋₁ to 1/λ₂ₖ,   D(u) = Π (1 − λⱼ u).
 *
 * The integrand has the ends' inverse square roots, which the substitution u = middle + half · cos θ removes, so that a
 * few dozen points give all digits, in the far tail as well.
 */
interface Form {
  /** 1/λⱼ for j = 1, 2, … */
  readonly root: (j: number) => number
  /** D(u) of all weights. */
  readonly determinant: (u: number) => number
}

const cramerVonMises: Form = {
  root: (j) => (j * Math.PI) ** 2,
  determinant: (u) => Math.sin(Math.sqrt(u)) / Math.sqrt(u),
}
const andersonDarling: Form = {
  root: (j) => j * (j + 1),
  determinant: (u) => -Math.cos((Math.PI / 2) * Math.sqrt(1 + 4 * u)) / (Math.PI * u),
}

const points = 64

function tail(form: Form, x: number): number {
  let sum = 0
  for (let k = 1; k < 60; k++) {
    const from = form.root(2 * k - 1)
    const to = form.root(2 * k)
    const middle = (from + to) / 2
    const half = (to - from) / 2
    let integral = 0
    for (let i = 0; i < points; i++) {
      const theta = (Math.PI * (i + 0.5)) / points
      const u = middle + half * Math.cos(theta)
      // sin θ · half is du/dθ; √((u − from)(to − u)) is the same number, and D(u) holds that root.
      const density = (Math.exp((-x * u) / 2) * half * Math.sin(theta)) / (u * Math.sqrt(Math.abs(form.determinant(u))))
      integral += density
    }
    const term = (integral * Math.PI) / points / Math.PI
    sum += k % 2 === 1 ? term : -term
    if (term < 1e-17 * sum) break
  }
  return Math.min(1, Math.max(0, sum))
}

/**
 * Limiting probability that the Cramér–von Mises statistic ω² is above x. The series alternates slowly near 0, where the
 * probability is 1 to all digits that matter.
 */
export const cramerVonMisesSurvival = (x: number): number => (x < 0.02 ? 1 : tail(cramerVonMises, x))

/** Limiting probability that the Anderson–Darling statistic A² is above x. */
export const andersonDarlingSurvival = (x: number): number => (x < 0.12 ? 1 : tail(andersonDarling, x))
