import { describe, expect, it } from 'vitest'
import { rehearseCanary } from '../../../shared/comparison/canary.ts'
import { ConfidenceSequence } from '../../../shared/statistics/confidence-sequence.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

const alpha = 0.05

/** Rare errors whose rate moves with time: what a canary meets. */
function errors(seed: number, n: number, rate: number): Float64Array {
  const random = createRandom(seed)
  return Float64Array.from({ length: n }, (_, row) =>
    random.uniform() < rate * (1 + 0.5 * Math.sin((9 * row) / n)) ? 1 : 0,
  )
}

/** The rehearsal as one would write it down: everything from the beginning after every row. */
function slowly(reference: Float64Array, other: Float64Array, share: number, margin: number, seed: number) {
  const random = createRandom(seed)
  const arms = Array.from(reference, () => (random.uniform() < share ? 1 : 0))
  const terms: number[] = []
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const pull = -2 * Math.log(alpha)
  const scale = ((pull + Math.log(pull + 1)) * share) / 500
  for (let row = 0; row < arms.length; row++) {
    const seen = (arm: number) =>
      arms.slice(0, row).flatMap((one, at) => (one === arm ? [arm === 1 ? other[at]! : reference[at]!] : []))
    const [before, after] = [seen(0), seen(1)]
    if (before.length >= 10 && after.length >= 10) {
      const [m0, m1] = [mean(before), mean(after)]
      terms.push(m1 - m0 + (arms[row] === 1 ? (other[row]! - m1) / share : -(reference[row]! - m0) / (1 - share)))
    }
    if (arms[row] === 0 || after.length + 1 < 100) continue
    const t = terms.length
    const centre = mean(terms)
    const variance = mean(terms.map((x) => (x - centre) ** 2))
    const spread = t * scale + 1
    const half = Math.sqrt(variance * ((2 * spread) / (t * t * scale)) * Math.log(1 + Math.sqrt(spread) / (2 * alpha)))
    if (centre - half > margin) return { outcome: 'rolled back', rows: row + 1 }
    if (centre + half < margin) return { outcome: 'promoted', rows: row + 1 }
  }
  return { outcome: 'undecided', rows: arms.length }
}

const rehearse = (reference: Float64Array, other: Float64Array, more: object = {}) =>
  rehearseCanary({ reference, other, share: 0.2, margin: 0, alpha, delay: 0, seed: 3, ...more })

describe('a rehearsed canary', () => {
  it('stops where a slow version of it stops, with the rows that it exposed', () => {
    for (const [worse, margin] of [
      [0.25, 0],
      [-0.25, 0],
      [0, 0.3],
      [0, 0],
    ] as const) {
      const [reference, other] = [errors(1, 1500, 0.3), errors(2, 1500, 0.3 + worse)]
      const { replay } = rehearse(reference, other, { margin })
      const expected = slowly(reference, other, 0.2, margin, 3)
      expect({ outcome: replay.outcome, rows: replay.end.rows }).toEqual(expected)
      const random = createRandom(3)
      const exposed = Array.from(reference.subarray(0, replay.end.rows), (_, row) => row).filter(
        () => random.uniform() < 0.2,
      )
      expect(replay.end.exposed).toBe(exposed.length)
      expect(replay.extraLoss).toBe(exposed.reduce((sum, row) => sum + other[row]! - reference[row]!, 0))
    }
  })

  it('sends rows to the new version until the truth that condemns it is known', () => {
    const [reference, other] = [errors(1, 3000, 0.1), errors(2, 3000, 0.4)]
    const at = rehearse(reference, other).replay.end
    const late = rehearse(reference, other, { delay: 500 }).replay.end
    expect(late.rows).toBe(at.rows + 500)
    expect(late.exposed - at.exposed).toBeGreaterThan(60)
    expect(late.exposed - at.exposed).toBeLessThan(140)
    expect(late.difference).toBe(at.difference)
  })

  it('rolls back a bad version in nearly every draw, and a good one is promoted', () => {
    const bad = rehearse(errors(1, 8000, 0.1), errors(2, 8000, 0.25))
    expect(bad.draws.rolledBack.value).toBeGreaterThan(0.95)
    expect(bad.draws.exposed!.median).toBeLessThan(500)
    const good = rehearse(errors(1, 8000, 0.25), errors(2, 8000, 0.1))
    expect(good.draws.promoted.value).toBeGreaterThan(0.95)
    expect(good.draws.rolledBack.value).toBe(0)
  })

  it('identical versions are never told apart, and a shadow without spread decides nothing', () => {
    const same = errors(1, 2000, 0.05)
    const { shadow } = rehearse(same, same, { margin: 0.01 })
    expect(shadow.outcome).toBe('undecided')
  })

  it('raises false alarms in at most the stated share of canaries, looked at after every row', () => {
    // 1,000 pairs without a difference; each canary is looked at some thousand times.
    const loss = {
      'rare errors': (seed: number) => errors(seed, 4000, 0.05),
      'log losses': (seed: number) => {
        const random = createRandom(seed)
        return Float64Array.from({ length: 4000 }, () => -Math.log(1 - random.uniform()))
      },
    }
    for (const [what, draw] of Object.entries(loss)) {
      let alarms = 0
      for (let pair = 0; pair < 1000; pair++) {
        const sequence = new ConfidenceSequence(alpha, 500)
        const [before, after] = [draw(2 * pair + 1), draw(2 * pair + 2)]
        let alarm = false
        before.forEach((x, row) => {
          sequence.add(after[row]! - x)
          if (row >= 99 && sequence.bounds().low > 0) alarm = true
        })
        if (alarm) alarms++
      }
      // Three standard errors of a rate of 5 % in 1,000 draws.
      expect(alarms / 1000, what).toBeLessThan(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / 1000))
      expect(alarms / 1000, what).toBeGreaterThan(0.005)
    }
    for (const share of [0.05, 0.5]) {
      const { nullDraws } = rehearse(errors(1, 6000, 0.1), errors(2, 6000, 0.1), { share, margin: 0.02 })
      expect(nullDraws.n).toBe(1000)
      expect(nullDraws.rolledBack.value).toBeLessThan(0.07)
    }
  })
})
