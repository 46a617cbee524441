/**
 * Drift of two wide tables: every test, effect and interval of each column, against DuckDB alone reading the same columns
 * (their count, mean, extremes and exact quantiles) in the same run. Prints ratios, and the peak memory of the engine.
 *
 * BENCH_ROWS (3,000,000) and BENCH_COLUMNS (40). The baseline is measured on 40 columns at most and scaled. BENCH_FOLDER
 * names a folder for the tables (36 GB for 1,000 columns), which stay there: BENCH_MAKE=1 makes them and ends, so that
 * writing them neither counts nor lingers in memory.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Dataset } from '../../shared/contract/dataset.ts'
import { openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

const rows = Number(process.env['BENCH_ROWS'] ?? 3_000_000)
const columns = Number(process.env['BENCH_COLUMNS'] ?? 40)
const kept = process.env['BENCH_FOLDER']
const folder = kept ?? mkdtempSync(join(tmpdir(), 'assay-bench-'))
const baselineColumns = Math.min(columns, 40)
const seconds = (from: number): number => (performance.now() - from) / 1000
const round = (value: number): number => Number(value.toFixed(3))

/** Half of the columns have as many values as rows, a quarter has 100,000, a quarter has twenty. */
const expressions = Array.from({ length: columns }, (_, k) =>
  k % 4 === 3
    ? `(random() * 20)::INT AS x${k}`
    : k % 4 === 2
      ? `round(random() * 1000, 2) AS x${k}`
      : `random() AS x${k}`,
)

async function duckDb<T>(work: (run: (sql: string) => Promise<unknown>) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '2GB' })
  const connection = await instance.connect()
  try {
    return await work(async (sql) => (await connection.run(sql)).getRows())
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Straight into the workspace: importing a file of this size is another benchmark's business. */
async function makeDataset(test: TestEngine, name: string, seed: number, template: Dataset): Promise<Dataset> {
  const { workspace } = test.engine
  const path = workspace.temporary('.parquet')
  await duckDb(async (run) => {
    await run(`SELECT setseed(${seed})`)
    const select = `SELECT ${expressions.join(', ')} FROM range(${rows})`
    await run(`COPY (${select}) TO '${path}' (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 32768)`)
  })
  const file = await workspace.files.take(path)
  const column = template.columns[0]!
  const dataset: Dataset = {
    ...template,
    id: `ds_${name.repeat(16).slice(0, 16)}` as Dataset['id'],
    name,
    rows,
    columns: expressions.map((_, k) => ({
      ...column,
      name: `x${k}`,
      type: k % 4 === 3 ? 'integer' : 'float',
      role: 'feature',
      distinct: k % 4 === 3 ? 21 : 100_000,
    })),
    data: file,
  }
  workspace.change('bench', dataset.id, {}, (time) => {
    workspace.files.record(file, 'dataset', time)
    workspace.ledger
      .prepare('INSERT INTO dataset (id, name, created_at, data_sha256, document) VALUES (?, ?, ?, ?, ?)')
      .run(dataset.id, name, time, file.sha256, JSON.stringify(dataset))
  })
  return dataset
}

/** What DuckDB says of the same columns by itself. */
async function duckAlone(paths: readonly string[]): Promise<number> {
  const from = performance.now()
  await duckDb(async (run) => {
    for (const path of paths) {
      for (let k = 0; k < baselineColumns; k++) {
        await run(
          `SELECT count(x${k}), avg(x${k}), min(x${k}), max(x${k}), quantile_cont(x${k}, [0.1, 0.25, 0.5, 0.75, 0.9])
           FROM read_parquet('${path}')`,
        )
      }
    }
  })
  return seconds(from)
}

async function readAlone(paths: readonly string[]): Promise<number> {
  const from = performance.now()
  await duckDb(async (run) => {
    for (const path of paths) {
      for (let k = 0; k < baselineColumns; k++) await run(`SELECT sum(x${k}) FROM read_parquet('${path}')`)
    }
  })
  return seconds(from)
}

/** Highest resident set of this process while `work` runs, workers and DuckDB included. */
async function watched<T>(work: () => Promise<T>): Promise<{ result: T; peakMb: number }> {
  let peak = 0
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50)
  try {
    return { result: await work(), peakMb: peak / 1e6 }
  } finally {
    clearInterval(timer)
  }
}

try {
  const test = await openTestEngine(join(folder, 'workspace'))
  const template = await test.importDataset(join(import.meta.dirname, '../../models/diabetes/holdout.csv'))
  const made = await test.call.datasets.list()
  const find = (name: string) => made.find((one) => one.name === name)
  const dataset = async (name: string, seed: number): Promise<Dataset> => {
    const found = find(name)
    return found ? test.call.datasets.get({ id: found.id }) : makeDataset(test, name, seed, template)
  }
  const reference = await dataset('a', 0.1)
  const current = await dataset('b', 0.2)
  // Not closed, which would remove the tables.
  if (process.env['BENCH_MAKE']) process.exit()
  const paths = [reference, current].map((dataset) => test.engine.workspace.files.path(dataset.data.sha256))
  const alone = await duckAlone(paths)
  const reading = await readAlone(paths)
  const from = performance.now()
  const before = process.cpuUsage()
  const { peakMb } = await watched(async () => {
    const { jobId } = await test.call.drift.compare({
      referenceId: reference.id,
      currentId: current.id,
      options: { multivariate: false },
    })
    return test.finish(jobId)
  })
  const taken = seconds(from)
  const { user, system } = process.cpuUsage(before)
  console.log(
    JSON.stringify(
      {
        rows,
        columns,
        driftOverDuckDbQuantiles: round(((taken / alone) * baselineColumns) / columns),
        driftOverDuckDbSums: round(((taken / reading) * baselineColumns) / columns),
        driftSeconds: round(taken),
        // Of all threads: what a quiet machine needs, divided by its cores.
        driftProcessorSeconds: round((user + system) / 1e6),
        secondsFor1000Columns: Math.round((taken / columns) * 1000),
        duckDbQuantilesSeconds: round(alone),
        peakMb: Math.round(peakMb),
      },
      null,
      2,
    ),
  )
  if (kept === undefined) await test.close()
  else process.exit()
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true })
}
