/**
 * 1,000,000 rows × 31 columns through the 30-256-256-1 MLP: import, then end-to-end scoring against ONNX Runtime alone
 * on resident tensors in the same run, and the memory of both processes. Prints ratios.
 *
 * `first` starts the process, tries the binding and plans; `again` is the middle of three later runs, from the call to
 * the recorded hash of the scores. The scorer is the bundle that users run.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestEngine, root } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'
import { writeTable } from './table.ts'

const rows = Number(process.env['BENCH_ROWS'] ?? 1_000_000)
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'))

/** The largest resident set of the scorer so far, read from outside: it may not say so itself. */
function watchScorer(): { peakMb(): number; stop(): void } {
  let peak = 0
  const timer = setInterval(() => {
    for (const pid of readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(/\s+/)) {
      try {
        const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
        if (line) peak = Math.max(peak, Number(line[1]) / 1024)
      } catch {
        // It has ended.
      }
    }
  }, 100)
  return { peakMb: () => peak, stop: () => clearInterval(timer) }
}

try {
  const csv = join(folder, 'table.csv')
  const modelPath = join(folder, 'mlp.onnx')
  writeFileSync(modelPath, makeMlp([30, 256, 256, 1]))
  await writeTable(csv, rows)
  execFileSync(process.execPath, [join(root, '.ci/build.mjs'), '--if-changed'])
  const test = await openTestEngine(join(folder, 'workspace'), join(root, 'dist/scorer.mjs'))
  const importStart = performance.now()
  const dataset = await test.importDataset(csv, { target: 'y', task: 'binary' })
  const importSeconds = (performance.now() - importStart) / 1000
  const version = await test.importModel(modelPath)
  const alone = () =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ['--no-warnings', join(root, 'test/bench/ort-alone.ts'), modelPath, String(rows), '30', '2'],
        {
          encoding: 'utf8',
        },
      ),
    ) as { seconds: number; batch: number }
  // Before and after, so that a slow moment of the machine does not decide.
  const first = alone()
  const watch = watchScorer()
  const score = async () => {
    const start = performance.now()
    const run = await test.score(version, dataset)
    return { run, seconds: (performance.now() - start) / 1000 }
  }
  const { run, seconds } = await score()
  const later = [(await score()).seconds, (await score()).seconds, (await score()).seconds].sort((a, b) => a - b)
  watch.stop()
  const second = alone()
  const baseline = (first.seconds + second.seconds) / 2
  const evaluateStart = performance.now()
  await test.evaluate(run)
  const result = {
    rows,
    batchRows: run.stats!.batchRows,
    firstScoringOverOrtAlone: Number((seconds / baseline).toFixed(3)),
    scoringAgainOverOrtAlone: Number((later[1]! / baseline).toFixed(3)),
    importOverOrtAlone: Number((importSeconds / baseline).toFixed(3)),
    evaluateOverOrtAlone: Number(((performance.now() - evaluateStart) / 1000 / baseline).toFixed(3)),
    scorerPeakMb: Math.round(watch.peakMb()),
    enginePeakMb: Math.round(process.resourceUsage().maxRSS / 1024),
    ortAloneSeconds: Number(baseline.toFixed(2)),
  }
  console.log(JSON.stringify(result, null, 2))
  await test.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
