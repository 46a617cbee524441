/**
 * False alarms of drift over 1,000 simulated pairs in which nothing has changed (BENCH_PAIRS), by setting, and the same of
 * single columns at 5 %, 1 % and 0.36 %, where corrections look. The tests do the same with fewer pairs; slices and
 * canaries have their 1,000 there.
 */
import { driftOptionsSchema } from '../../shared/contract/drift-request.ts'
import type { DriftOptions } from '../../shared/contract/drift-request.ts'
import { decideColumns } from '../../shared/drift/decide.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import { unchanged } from '../support/unchanged-data.ts'

const pairs = Number(process.env['BENCH_PAIRS'] ?? 1000)
const levels = [0.05, 0.01, 0.0036]
const options = (more: object): DriftOptions =>
  driftOptionsSchema.parse({ minimumPsi: 0, splits: 0, multivariate: false, ...more })

const settings: readonly (readonly [string, DriftOptions, number, number])[] = [
  ['Benjamini–Hochberg', options({}), 300, 200],
  ['Holm', options({ correction: 'holm' }), 300, 200],
  ["Evidently's rule, corrected", options({ preset: 'evidently' }), 300, 200],
  ['learnt, 100 splits, Holm', options({ preset: 'learnt', splits: 100, correction: 'holm' }), 300, 200],
  ['learnt, 200 splits', options({ preset: 'learnt', splits: 200 }), 300, 200],
  ['learnt, 200 splits, Holm', options({ preset: 'learnt', splits: 200, correction: 'holm' }), 2000, 1000],
]

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
for (const [name, chosen, n, m] of settings) {
  const random = createRandom(11)
  const single = levels.map(() => 0)
  let tested = 0
  let alarms = 0
  for (let pair = 0; pair < pairs; pair++) {
    const columns = unchanged(random, chosen, n, m)
    const { counts } = decideColumns(columns, chosen)
    if (counts.drifted + counts.slight > 0) alarms++
    for (const { tests, test } of columns) {
      const p = tests[test]?.p ?? null
      if (p === null) continue
      tested++
      levels.forEach((level, at) => (single[at]! += p <= level ? 1 : 0))
    }
  }
  console.log(
    `${name}, ${n} against ${m} rows: alarms in ${percent(alarms / pairs)} of ${pairs} pairs, stated 5 %; one column at ${levels
      .map((level, at) => `${percent(level)}: ${percent(single[at]! / tested)}`)
      .join(', ')}`,
  )
}
