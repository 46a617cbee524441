/** Which columns a model heeds at all, found by trying: kernel sampling would give the others noise. */
import { createRandom } from '../../statistics/random.ts'
import { mixRows } from '../mix-rows.ts'
import type { Mixed } from '../mix-rows.ts'
import type { GivenRows } from '../given-rows.ts'

/** Trials of each column; then those that changed nothing are tried again, more often. */
const rounds = [32, 480] as const
/** What is scored at once. */
const perMessage = 8192
/** Scores are float32, and a row's place in its batch may change the last bits of one. */
const rounding = 1e-6

const differ = (a: number, b: number): boolean =>
  Number.isNaN(a) || Number.isNaN(b)
    ? !Object.is(a, b)
    : Math.abs(a - b) > rounding * Math.max(Math.abs(a), Math.abs(b))

/**
 * A trial takes a random row, background row and coalition, and scores them with the column from the one and from the
 * other. A column that changes no score in 512 trials plays no part: by then one that matters in 1 % of coalitions has
 * shown itself with a probability of 99.4 %.
 *
 * @param players the player of each column of `rows`
 * @returns Whether each player changed a score by more than rounding does.
 */
export async function playingColumns(
  predict: (columns: ReturnType<typeof mixRows>, rows: number) => Promise<readonly Float64Array[]>,
  players: readonly number[],
  count: number,
  rows: GivenRows,
  background: GivenRows,
  seed: number,
): Promise<Uint8Array> {
  const plays = new Uint8Array(count)
  const random = createRandom(seed)
  const pick = (n: number): number => Math.floor(random.uniform() * n)
  for (const trials of rounds) {
    const tried = Array.from(plays.keys()).filter((player) => plays[player] === 0)
    const perPass = Math.max(1, Math.floor(perMessage / 2 / Math.max(1, tried.length)))
    for (let at = 0; at < trials; at += perPass) {
      const asked = tried.filter((player) => plays[player] === 0)
      const mixed = asked.flatMap((player) =>
        Array.from({ length: Math.min(perPass, trials - at) }, (): [Mixed, Mixed] => {
          const fromRow = Uint8Array.from({ length: count }, () => pick(2))
          const one = { row: pick(rows.rows), background: pick(background.rows) }
          const given = (own: boolean) => (other: number) => (other === player ? own : fromRow[other] === 1)
          return [
            { ...one, fromRow: given(true) },
            { ...one, fromRow: given(false) },
          ]
        }).flat(),
      )
      if (mixed.length === 0) return plays
      const scores = await predict(mixRows(players, rows, background, mixed), mixed.length)
      const perPlayer = mixed.length / asked.length
      for (let m = 0; m < mixed.length; m += 2)
        if (scores.some((column) => differ(column[m]!, column[m + 1]!))) plays[asked[Math.floor(m / perPlayer)]!] = 1
    }
  }
  return plays
}
