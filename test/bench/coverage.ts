/**
 * Coverage of every 95 % interval by simulation, by method. Prints each method's least and largest coverage over the
 * metrics that use it, and names what falls outside 93 to 97 %. BENCH_SIMULATIONS (2,000), BENCH_SCENARIO (all).
 */
import { coverageOf, scenarios } from '../support/coverage.ts'
import type { Covered } from '../support/coverage.ts'

const simulations = Number(process.env['BENCH_SIMULATIONS'] ?? 2000)
const wanted = process.env['BENCH_SCENARIO']
const all: Covered[] = []
for (const name of Object.keys(scenarios)) {
  if (wanted && name !== wanted) continue
  const covered = coverageOf(name, simulations)
  all.push(...covered)
  const outside = covered.filter(({ held }) => held < 0.93 || held > 0.97)
  console.log(`${name}: ${covered.length - outside.length} of ${covered.length} intervals hold in 93 to 97 %`)
  for (const { metric, method, held, made } of outside) {
    console.log(`  ${metric} (${method}): ${(100 * held).toFixed(1)} % of ${made}`)
  }
}
console.log(`\nby method, over ${simulations} simulations:`)
for (const method of [...new Set(all.map((entry) => entry.method))].sort()) {
  const own = all.filter((entry) => entry.method === method).map(({ held }) => held)
  const [low, high] = [Math.min(...own), Math.max(...own)]
  console.log(`${method}: ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} % (${own.length} metrics)`)
}
