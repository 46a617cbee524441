// The main job on the sample data, through the same command line that users have: import, score, evaluate, report.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root, runtime } from './setup.mjs'

const { node } = runtime()
const cli = join(root, 'dist', 'assay.mjs')
const folder = join(root, '.cache', 'demo')
const workspace = join(folder, 'workspace')
const samples = JSON.parse(readFileSync(join(root, 'models', 'samples.json'), 'utf8'))
const started = performance.now()

/** Progress goes to the terminal as it comes; the answer is JSON. */
function assay(...args) {
  const json = args.includes('--json')
  const result = spawnSync(node, ['--no-warnings', cli, ...args, '--workspace', workspace], {
    cwd: root,
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (result.status !== 0) {
    console.error(`demo: assay ${args.join(' ')} ended with ${result.status}`)
    process.exit(1)
  }
  return json ? JSON.parse(result.stdout) : null
}

const shown = (metric) =>
  metric.value === null
    ? `— (${metric.reason})`
    : `${metric.value.toPrecision(4)}${metric.low === null ? '' : `  (95 % ${metric.low.toPrecision(4)} to ${metric.high.toPrecision(4)})`}`

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
console.log('Assay demo: sample data in, evaluation and report out\n')
assay('init', workspace)
const lines = []
for (const sample of samples) {
  const { dataset, models } = sample
  const flags = ['--name', dataset.name, '--target', dataset.target, '--task', dataset.task]
  if (dataset.id) flags.push('--id', dataset.id)
  if (dataset.positive) flags.push('--positive', dataset.positive)
  if (dataset.protected) flags.push('--protected', ...dataset.protected)
  console.log(`\n${sample.title}`)
  const imported = assay('dataset', 'import', join(root, 'models', dataset.file), ...flags, '--json').dataset
  console.log(
    `  imported ${dataset.file}: ${imported.rows.toLocaleString('en-US')} rows, ${imported.columns.length} columns`,
  )
  for (const model of models) {
    const { model: version } = assay(
      'model',
      'import',
      join(root, 'models', model.file),
      '--name',
      model.name,
      '--json',
    )
    console.log(
      `  imported ${model.file}: opset ${version.opsets.map((opset) => opset.version).join(' and ')}, ${version.operators.length} kinds of operator`,
    )
    const { run } = assay(
      'score',
      '--model',
      model.name,
      '--dataset',
      dataset.name,
      '--out',
      join(folder, `${sample.name}-scores.csv`),
      '--json',
    )
    console.log(
      `  scored ${run.rows.toLocaleString('en-US')} rows on ${run.stats.device}, ${Math.round(run.stats.rowsPerSecond).toLocaleString('en-US')} rows per second`,
    )
    const evidence = assay('evaluate', run.id, '--json')
    const metric = evidence.metrics[evidence.headline]
    console.log(
      `  evaluated: ${evidence.headline} ${shown(metric)}, n ${metric.n.toLocaleString('en-US')} / ${evidence.rows.total.toLocaleString('en-US')}`,
    )
    const base = join(folder, `${sample.name}-${model.file.split('/').pop().replace('.onnx', '')}`)
    assay('report', run.id, '--html', `${base}.html`, '--pdf', `${base}.pdf`)
    lines.push([model.name, dataset.name, `${evidence.headline} ${shown(metric)}`, `${base}.html`, `${base}.pdf`])
  }
}
const { ok, entries, files } = assay('verify', '--json')
console.log(`\nSummary (${((performance.now() - started) / 1000).toFixed(0)} s)`)
for (const [model, data, metric, ...reports] of lines) {
  console.log(`  ${model} on ${data}: ${metric}`)
  for (const path of reports) {
    if (!existsSync(path)) throw new Error(`${path} was not written`)
    console.log(`    ${path} (${Math.round(statSync(path).size / 1024)} kB)`)
  }
}
console.log(`  audit log: ${entries} entries, ${files} files, ${ok ? 'nothing was changed' : 'CHANGED'}`)
if (!ok) process.exit(1)
console.log(`\nOpen this workspace in the window: npm start -- --workspace=${workspace}`)
