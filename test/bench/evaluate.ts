/**
 * The full binary evaluation (every metric, curve, table and interval) in one thread, against what scikit-learn takes in
 * the same run for roc_auc + average_precision + log_loss + confusion matrix alone; and the time that a change of the
 * threshold, a capacity and a payoff take to be answered at as many rows. Prints ratios.
 *
 * BENCH_ROWS (10,000,000). Doubles are the slow case: nearly each row has a score of its own.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atBestValue, atCapacity, atThreshold, cumulativeCounts } from '../../shared/decision/cumulative-counts.ts'
import { operatingPoint } from '../../shared/decision/operating-point.ts'
import { evaluateBinary } from '../../shared/metrics/evaluate-binary.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import { pythonWithSklearn } from '../support/python.ts'

const rows = Number(process.env['BENCH_ROWS'] ?? 10_000_000)
const runs = 3
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'))
const round = (value: number, digits = 3): number => Number(value.toFixed(digits))
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!

function timed<T>(work: () => T): { readonly seconds: number; readonly result: T } {
  const start = performance.now()
  const result = work()
  return { seconds: (performance.now() - start) / 1000, result }
}

function draw(wide: boolean): { readonly y: Uint8Array; readonly score: Float32Array | Float64Array } {
  const random = createRandom(1)
  const score = wide ? new Float64Array(rows) : new Float32Array(rows)
  const y = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) {
    const p = random.uniform() + random.uniform() / 4294967296
    score[row] = p
    y[row] = random.uniform() < p ? 1 : 0
  }
  return { y, score }
}

try {
  for (const dtype of ['float64', 'float32'] as const) {
    const { y, score } = draw(dtype === 'float64')
    const ours: number[] = []
    const theirs: number[] = []
    for (let run = 0; run < runs; run++) {
      const { seconds, result } = timed(() =>
        evaluateBinary({ y, score, threshold: 0.5, positive: '1', negative: '0', seed: 1 }),
      )
      ours.push(seconds)
      if (!pythonWithSklearn) continue
      if (run === 0) {
        writeFileSync(join(folder, 'y'), y)
        writeFileSync(join(folder, 'score'), new Uint8Array(score.buffer))
      }
      const script = fileURLToPath(new URL('evaluate.py', import.meta.url))
      const answer = spawnSync(pythonWithSklearn, [script, folder, dtype], { encoding: 'utf8' })
      if (answer.status !== 0) throw new Error(answer.stderr)
      const [time, ...values] = answer.stdout.trim().split(' ').map(Number) as [number, ...number[]]
      theirs.push(time)
      const mine = (['roc_auc', 'average_precision', 'log_loss'] as const).map((key) => result.metrics[key]!.value!)
      mine.push(result.detail.confusion.counts[1]![1]!)
      mine.forEach((value, at) => {
        if (Math.abs(value / values[at]! - 1) > 1e-9) throw new Error(`${value} is not ${values[at]}`)
      })
    }
    const seconds = median(ours)
    const text = theirs.length === 0 ? 'no scikit-learn here' : `${round(median(theirs))} s`
    console.log(`evaluate ${rows} rows of ${dtype}: ${round(seconds)} s; scikit-learn, four of the numbers: ${text}`)
    if (theirs.length > 0) console.log(`  ratio ${round(seconds / median(theirs))} (wanted: at most 0.2)`)

    const counts = cumulativeCounts(y, score)
    const answers: number[] = []
    for (let at = 1; at < 100; at++) {
      const { seconds: answer } = timed(() => {
        const threshold = at / 100
        operatingPoint({ counts, at: atThreshold(counts, threshold), threshold, probabilities: true })
        operatingPoint({ counts, at: atCapacity(counts, (rows * at) / 100), probabilities: true })
        const payoff = { truePositive: at, falsePositive: -1, falseNegative: -at, trueNegative: 0 }
        operatingPoint({ counts, at: atBestValue(counts, payoff), payoff, probabilities: true })
      })
      answers.push(answer * 1000)
    }
    console.log(
      `  a threshold, a capacity and a payoff answered: ${round(Math.max(...answers))} ms at most (wanted: 50)`,
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
