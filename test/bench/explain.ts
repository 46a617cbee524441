/**
 * Exact tree attributions: against xgboost's C++ pred_contribs on the same model and rows with as many threads, where
 * Python has it; against the two published algorithms in this language; the curve over trees, depth and rows; and a
 * million rows streamed through the engine with the memory they take.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { RowPool } from '../../electron/engine/explain/row-pool.ts'
import type { TreeEnsemble } from '../../shared/explain/tree/ensemble.ts'
import { nodeModes } from '../../shared/explain/tree/ensemble.ts'
import type { Block } from '../../shared/explain/tree/players.ts'
import { makeTreeExplainer } from '../../shared/explain/tree/explain-trees.ts'
import { addCovers } from '../../shared/explain/tree/walk-rows.ts'
import { createRandom } from '../../shared/statistics/random.ts'
import { openTestEngine, root } from '../support/engine.ts'
import { makeTreeModel } from '../support/make-trees.ts'
import { randomEnsemble } from '../unit/explain/random-trees.ts'
import { classicTreeShap, linearTreeShap } from './slower-tree-shap.ts'
import { eachInput } from '../support/each-input.ts'

const inputs = 30
const workerPath = join(root, 'electron/engine/evaluation/worker.ts')
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'))
const round = (value: number, digits = 3) => Number(value.toPrecision(digits))

function randomRows(rows: number): Block {
  const random = createRandom(7)
  return {
    rows,
    columns: Array.from({ length: inputs }, () => Float32Array.from({ length: rows }, () => random.normal())),
  }
}

function slice(block: Block, from: number, rows: number): Block {
  return { rows, columns: block.columns.map((column) => column.slice(from, from + rows)) }
}

/** Seconds to explain a block on this many threads, workers started and warm, as the engine would cut it. */
async function timePool(ensemble: TreeEnsemble, covers: Float64Array, block: Block, threads: number) {
  const players = eachInput(inputs)
  const data = { explainRows: { kind: 'trees' as const, ensemble, players } }
  const pool = new RowPool(workerPath, threads, data, new AbortController().signal)
  await pool.begin({ kind: 'path-dependent', covers })
  const step = Math.max(256, Math.min(16_384, Math.ceil(block.rows / threads)))
  const warm = slice(block, 0, Math.min(512, block.rows))
  await Promise.all(Array.from({ length: threads }, () => pool.explain(warm)))
  let best = Infinity
  let cpu = Infinity
  let values: Float64Array = new Float64Array(0)
  // The best of three: other work on the machine only adds.
  for (let repeat = 0; repeat < 3; repeat++) {
    const cpuBefore = process.cpuUsage()
    const started = performance.now()
    const parts: ReturnType<RowPool['explain']>[] = []
    for (let from = 0; from < block.rows; from += step) {
      parts.push(pool.explain(slice(block, from, Math.min(step, block.rows - from))))
    }
    const done = await Promise.all(parts)
    best = Math.min(best, (performance.now() - started) / 1000)
    const used = process.cpuUsage(cpuBefore)
    cpu = Math.min(cpu, (used.user + used.system) / 1e6)
    values = done[0]!.values
  }
  await pool.close()
  return { seconds: best, cpuSeconds: cpu, values, firstRows: Math.min(step, block.rows) }
}

interface DumpedNode {
  readonly nodeid: number
  readonly split?: string
  readonly split_condition?: number
  readonly yes?: number
  readonly missing?: number
  readonly leaf?: number
  readonly cover: number
  readonly children?: readonly DumpedNode[]
}

/** xgboost's trees, as its dump gives them, with its covers. */
function fromDump(trees: readonly DumpedNode[]): { ensemble: TreeEnsemble; covers: Float64Array } {
  const nodes: { feature: number; threshold: number; yes: number; no: number; leaf: number; cover: number }[] = []
  const add = (node: DumpedNode): number => {
    const place =
      nodes.push({ feature: -1, threshold: 0, yes: -1, no: -1, leaf: node.leaf ?? 0, cover: node.cover }) - 1
    if (!node.children) return place
    const [first, second] = node.children.map(add)
    const yes = node.children[0]!.nodeid === node.yes
    nodes[place] = {
      ...nodes[place]!,
      feature: Number(node.split!.slice(1)),
      threshold: Math.fround(node.split_condition!),
      yes: yes ? first! : second!,
      no: yes ? second! : first!,
    }
    return place
  }
  const roots = Int32Array.from(trees, add)
  const leaf = (k: number) => nodes[k]!.feature < 0
  const starts = new Int32Array(nodes.length + 1)
  nodes.forEach((_, k) => (starts[k + 1] = starts[k]! + (leaf(k) ? 1 : 0)))
  const weights = nodes.filter((_, k) => leaf(k)).map((node) => Math.fround(node.leaf))
  return {
    covers: Float64Array.from(nodes, (node) => node.cover),
    ensemble: {
      inputs,
      outputs: 1,
      roots,
      feature: Int32Array.from(nodes, (node) => node.feature),
      mode: Uint8Array.from(nodes, (_, k) => (leaf(k) ? nodeModes.leaf : nodeModes.lt)),
      threshold: Float64Array.from(nodes, (node) => node.threshold),
      missingTrue: new Uint8Array(nodes.length),
      whenTrue: Int32Array.from(nodes, (node) => node.yes),
      whenFalse: Int32Array.from(nodes, (node) => node.no),
      leafStart: starts,
      leafOutput: new Int32Array(weights.length),
      leafWeight: Float64Array.from(weights),
      memberStart: new Int32Array(nodes.length + 1),
      memberValue: new Float64Array(0),
      base: Float64Array.of(0),
      link: 'none',
      wide: false,
    },
  }
}

async function againstXgboost(): Promise<void> {
  const python = '/usr/bin/python3'
  if (spawnSync(python, ['-c', 'import xgboost, numpy']).status !== 0) {
    console.log(
      'SKIPPED against xgboost: /usr/bin/python3 has no xgboost. Install python3-xgboost to measure the ratio.',
    )
    return
  }
  const rows = 10_000
  const script = join(root, 'test/bench/xgboost-contribs.py')
  const done = spawnSync(python, [script, String(rows), String(inputs), '100', '8', folder, '1,2'], {
    stdio: 'inherit',
  })
  if (done.status !== 0) throw new Error('xgboost-contribs.py failed')
  const { trees, seconds, cpu, version } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
    trees: DumpedNode[]
    seconds: Record<string, number>
    cpu: Record<string, number>
    version: string
  }
  const { ensemble, covers } = fromDump(trees)
  const floats = (name: string, Kind: typeof Float32Array | typeof Float64Array) => {
    const bytes = Uint8Array.from(readFileSync(join(folder, name)))
    return new Kind(bytes.buffer)
  }
  const x = floats('x.bin', Float32Array)
  const block: Block = {
    rows,
    columns: Array.from({ length: inputs }, (_, k) =>
      Float32Array.from({ length: rows }, (__, r) => x[r * inputs + k]!),
    ),
  }
  const contribs = floats('contribs.bin', Float64Array)
  for (const threads of [1, 2]) {
    const { seconds: own, cpuSeconds, values, firstRows } = await timePool(ensemble, covers, block, threads)
    let worst = 0
    for (let row = 0; row < firstRows; row++) {
      for (let k = 0; k < inputs; k++) {
        worst = Math.max(worst, Math.abs(values[k * firstRows + row]! - contribs[row * (inputs + 1) + k]!))
      }
    }
    console.log(
      JSON.stringify({
        against: `xgboost ${version} pred_contribs`,
        threads,
        ratio: round(own / seconds[threads]!),
        seconds: round(own),
        xgboostSeconds: round(seconds[threads]!),
        // What other work on the machine does not stretch; xgboost's threads spin while they wait, so for one thread only.
        ...(threads === 1 ? { cpuRatio: round(cpuSeconds / cpu[threads]!) } : {}),
        largestDifference: worst,
      }),
    )
  }
}

function coversOf(ensemble: TreeEnsemble, block: Block): Float64Array {
  const covers = new Float64Array(ensemble.feature.length)
  addCovers(ensemble, slice(block, 0, Math.min(10_000, block.rows)), covers)
  return covers
}

/** Which algorithm, measured: the same trees and rows, one thread. */
function againstPublished(): void {
  const rows = 2000
  const depth = 8
  const ensemble = randomEnsemble({ seed: 1, trees: 20, depth, inputs, stop: 0 })
  const block = randomRows(rows)
  const covers = coversOf(ensemble, randomRows(20_000)).map((cover) => cover + 1e-3)
  const explainer = makeTreeExplainer(ensemble, eachInput(inputs), { kind: 'path-dependent', covers })
  explainer.explain(slice(block, 0, 100))
  let started = performance.now()
  const values = explainer.explain(block)
  const own = (performance.now() - started) / rows
  const rowOf = (r: number) => Float64Array.from(block.columns, (column) => column[r]!)
  for (const [name, some, explain] of [
    ['TreeSHAP (Lundberg et al. 2018)', 20, (r: number) => classicTreeShap(ensemble, covers, rowOf(r))],
    ['Linear TreeSHAP (Yu et al. 2022)', 400, (r: number) => linearTreeShap(ensemble, covers, depth, rowOf(r))],
  ] as const) {
    explain(0)
    started = performance.now()
    let worst = 0
    for (let r = 0; r < some; r++) {
      explain(r).forEach((value, k) => (worst = Math.max(worst, Math.abs(value - values[k * rows + r]!))))
    }
    const other = (performance.now() - started) / some
    console.log(
      JSON.stringify({
        against: `${name}, TypeScript`,
        ratio: round(own / other),
        microsecondsARow: round(own * 1000),
        theirs: round(other * 1000),
        largestDifference: worst,
      }),
    )
  }
}

async function curve(): Promise<void> {
  for (const [trees, depth, rows] of [
    [100, 4, 10_000],
    [100, 6, 10_000],
    [100, 8, 10_000],
    [100, 10, 10_000],
    [10, 8, 10_000],
    [300, 8, 10_000],
    [100, 8, 1000],
    [100, 8, 50_000],
  ] as const) {
    const ensemble = randomEnsemble({ seed: 1, trees, depth, inputs, stop: 0 })
    const block = randomRows(rows)
    const covers = coversOf(ensemble, block)
    const one = await timePool(ensemble, covers, block, 1)
    const two = await timePool(ensemble, covers, block, 2)
    console.log(
      JSON.stringify({
        trees,
        depth,
        rows,
        seconds1: round(one.seconds),
        seconds2: round(two.seconds),
        // What other work on the machine does not stretch.
        cpuSeconds1: round(one.cpuSeconds),
        nanosecondsARowAndLeaf: round((one.seconds * 1e9) / rows / (trees * 2 ** depth)),
      }),
    )
  }
}

async function streamed(): Promise<void> {
  const rows = Number(process.env['BENCH_ROWS'] ?? 1_000_000)
  const csv = join(folder, 'table.csv')
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '300MB' })
  const connection = await instance.connect()
  await connection.run('SELECT setseed(0.5)')
  const features = Array.from({ length: inputs }, (_, k) => `round(random() * 4 - 2, 4) AS x${k}`).join(', ')
  await connection.run(`COPY (SELECT ${features}, random() AS y FROM range(${rows})) TO '${csv}' (HEADER)`)
  connection.closeSync()
  instance.closeSync()
  const modelPath = join(folder, 'trees.onnx')
  const ensemble = randomEnsemble({ seed: 1, trees: 100, depth: 6, inputs, stop: 0 })
  writeFileSync(modelPath, makeTreeModel(ensemble, { operator: 'regressor' }))
  const test = await openTestEngine(join(folder, 'workspace'))
  const dataset = await test.importDataset(csv, { target: 'y', task: 'regression' })
  const run = await test.score(await test.importModel(modelPath), dataset)
  await test.evaluate(run)
  const before = process.resourceUsage().maxRSS / 1024
  let peak = 0
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss() / 1e6)), 100)
  const started = performance.now()
  const { jobId } = await test.call.explain.start({ id: run.id, effects: false, interactions: false })
  await test.finish(jobId)
  clearInterval(timer)
  const explanation = (await test.call.explain.get({ id: run.id }))!
  console.log(
    JSON.stringify({
      streamed: '100 trees of depth 6',
      rows,
      threads: explanation.threads,
      explainSeconds: round(explanation.elapsedMs / 1000),
      rowsPerSecond: explanation.rowsPerSecond,
      withSummarySeconds: round((performance.now() - started) / 1000),
      peakMb: Math.round(peak),
      peakBeforeMb: Math.round(before),
      additivity: explanation.additivity,
      parity: explanation.parity,
    }),
  )
  await test.close()
}

const parts = { xgboost: againstXgboost, published: againstPublished, curve, streamed }
try {
  // One of them, where it is named.
  for (const [name, part] of Object.entries(parts)) {
    if (process.argv[2] === undefined || process.argv[2] === name) await part()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
