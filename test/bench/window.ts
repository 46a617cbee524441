/**
 * The window while a million rows are imported and scored: the longest task of its main thread, which must stay under
 * 50 ms, as a share of that limit.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApp } from '../e2e/app.ts'
import { makeMlp } from '../support/make-mlp.ts'
import { writeTable } from './table.ts'

const rows = Number(process.env['BENCH_ROWS'] ?? 1_000_000)
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'))
const csv = join(folder, 'table.csv')
const model = join(folder, 'mlp.onnx')
await writeTable(csv, rows)
writeFileSync(model, makeMlp([30, 256, 256, 1]))
const app = await startApp(folder)
const { page } = app
await page.evaluate(() => {
  const seen = { longestMs: 0, over50: 0 }
  Object.assign(window, { seen })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      seen.longestMs = Math.max(seen.longestMs, entry.duration)
      seen.over50++
    }
  }).observe({ type: 'longtask' })
})
await app.answerOpen(csv)
await page.getByRole('button', { name: 'Import a dataset' }).first().click()
await page.getByLabel('Role of y').selectOption('target')
await page.getByRole('button', { name: 'Import the dataset' }).click()
await page.getByRole('heading', { level: 1, name: 'table' }).waitFor({ timeout: 300_000 })
await page.getByRole('tab', { name: 'Rows' }).click()
await page.getByRole('gridcell').first().waitFor()
await app.answerOpen(model)
await page.getByRole('link', { name: 'Models', exact: true }).click()
await page.getByRole('button', { name: 'Import a model' }).first().click()
await page.getByRole('button', { name: 'Import the model' }).click()
await page.getByRole('tab', { name: 'Binding' }).waitFor()
await page.getByRole('link', { name: 'Runs', exact: true }).click()
await page.getByRole('button', { name: 'New run' }).first().click()
await page.getByRole('button', { name: `Score ${rows.toLocaleString('en-US')} rows` }).click()
await page.getByTestId('headline').waitFor({ timeout: 300_000 })
const seen = await page.evaluate(() => (window as unknown as { seen: { longestMs: number; over50: number } }).seen)
const memory = execFileSync('ps', ['-o', 'rss=', '-p', String(app.electron.process().pid)], { encoding: 'utf8' })
console.log(
  JSON.stringify(
    {
      rows,
      longestTaskOver50Ms: Number((seen.longestMs / 50).toFixed(2)),
      tasksOver50Ms: seen.over50,
      mainProcessMb: Math.round(Number(memory) / 1024),
    },
    null,
    2,
  ),
)
await app.close()
