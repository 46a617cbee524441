// The main job on the sample data, through the same command line that users have: import, score, evaluate and report
// each sample; then the churn model from explanation to gates, to a second person's signature, to its container.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root, runtime } from './setup.mjs'

const { node } = runtime()
const cli = join(root, 'dist', 'assay.mjs')
const folder = join(root, '.cache', 'demo')
const workspace = join(folder, 'workspace')
/** The approver's own desktop. */
const otherDesk = join(folder, 'approver')
const samples = JSON.parse(readFileSync(join(root, 'models', 'samples.json'), 'utf8'))
const started = performance.now()
const file = (name) => join(folder, name)
const count = (number) => number.toLocaleString('en-US')

function run(desk, args, visible = true) {
  return spawnSync(node, ['--no-warnings', cli, ...args, '--workspace', desk], {
    cwd: root,
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1', ASSAY_PASSPHRASE: passphrase },
    stdio: ['ignore', 'pipe', visible ? 'inherit' : 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
}

/** The answer is JSON; a bar shows progress where a person looks on. */
function at(desk, ...args) {
  const result = run(desk, [...args, '--json'])
  if (result.status !== 0) {
    console.error(`demo: assay ${args.join(' ')} ended with ${result.status}\n${result.stdout}`)
    process.exit(1)
  }
  return JSON.parse(result.stdout)
}
const assay = (...args) => at(workspace, ...args)
/** `report` has another meaning for --json, and answers in words. */
function report(...args) {
  const result = run(workspace, ['report', ...args], process.stderr.isTTY)
  if (result.status !== 0) {
    console.error(`demo: assay report ${args.join(' ')} ended with ${result.status}\n${result.stderr ?? ''}`)
    process.exit(1)
  }
}

const models = samples.flatMap((sample) => sample.models)
const steps = samples.length + 3 * models.length + 12
let done = 0
function tell(text) {
  done++
  const filled = Math.round((20 * done) / steps)
  console.log(`  ${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${String(done).padStart(2)}/${steps}  ${text}`)
}

const shown = (metric) =>
  metric.value === null
    ? `— (${metric.reason})`
    : `${metric.value.toPrecision(4)}${metric.low === null ? '' : ` (95 % ${metric.low.toPrecision(4)} to ${metric.high.toPrecision(4)})`}`

// Of this demo's people alone, and gone with it.
const passphrase = randomUUID()
const results = []
const written = []

function scoreSample(sample) {
  const { dataset } = sample
  const flags = ['--name', dataset.name, '--target', dataset.target, '--task', dataset.task]
  if (dataset.id) flags.push('--id', dataset.id)
  if (dataset.positive) flags.push('--positive', dataset.positive)
  if (dataset.protected) flags.push('--protected', ...dataset.protected)
  console.log(`\n${sample.title}`)
  const imported = assay('dataset', 'import', join(root, 'models', dataset.file), ...flags).dataset
  tell(`imported ${dataset.file}: ${count(imported.rows)} rows, ${imported.columns.length} columns`)
  return sample.models.map((model) => {
    assay('model', 'import', join(root, 'models', model.file), '--name', model.name)
    const base = file(`${sample.name}-${model.file.split('/').pop().replace('.onnx', '')}`)
    const scores = ['--model', model.name, '--dataset', dataset.name, '--out', `${base}-scores.csv`]
    const { run } = assay('score', ...scores)
    tell(
      `scored ${model.file}: ${count(run.rows)} rows on ${run.stats.device}, ${count(Math.round(run.stats.rowsPerSecond))} rows a second`,
    )
    const { metrics, headline, rows } = assay('evaluate', run.id)
    const figure = `${headline} ${shown(metrics[headline])}`
    tell(`evaluated: ${figure}, n ${count(metrics[headline].n)} / ${count(rows.total)}`)
    results.push(`${model.name} on ${dataset.name}: ${figure}`)
    return { id: run.id, base }
  })
}

function writeReports({ id, base }) {
  report(id, '--html', `${base}.html`, '--pdf', `${base}.pdf`)
  written.push(`${base}.html`, `${base}.pdf`)
  tell(`reported: ${relative(root, base)}.html and .pdf`)
}

/** From explanation to the container; the second person works in a workspace of their own. */
function release({ id, base }) {
  console.log('\nTo production: explain, gate, have it signed by someone else, release')
  const train = assay('dataset', 'import', join(root, 'models', 'churn/train.csv'), '--name', 'Churn training').dataset
  const { edges } = assay('registry', 'lineage', samples[0].models[0].name, '--data', `${train.name}:training`)
  tell(`recorded what it was made from: ${train.name}, ${count(train.rows)} rows; ${edges.length} lines of lineage`)
  const explanation = assay('explain', id)
  const [first] = explanation.outputs[0].features
  const by = explanation.players[first.player].name
  tell(`explained ${count(explanation.rows.explained)} rows by ${explanation.methodTitle}; most by ${by}`)
  const fairness = assay('fairness', id)
  tell(`compared groups: ${fairness.attributes.map(({ name }) => name).join(', ')}`)
  at(workspace, 'policy', 'preset', 'binary-risk', '--out', file('policy.yaml'))
  const gates = assay('gate', id, '--policy', file('policy.yaml'), '--junit', file('gates.xml'))
  tell(`${gates.gates.length} gates: ${gates.outcome}, ${gates.counts.pass} pass, ${gates.counts.missing} missing`)

  const author = assay('person', 'add', 'Ada (demo author)', '--role', 'author', 'approver').person
  const approver = at(otherDesk, 'person', 'add', 'Grace (demo approver)', '--role', 'validator', 'approver').person
  tell(`made keys for two people, ${author.name} and ${approver.name}`)
  const { review } = assay('review', 'request', id, '--policy', file('policy.yaml'))
  tell(`${author.name} asks for a review of evidence ${review.subject.evidenceSha256.slice(0, 16)}…`)
  const own = run(workspace, ['approve', review.id, '--json'], false)
  if (own.status === 0) throw new Error('The author could approve their own work.')
  tell(`refused, as it must be: ${JSON.parse(own.stdout).error.message}`)
  assay('review', 'export', review.id, '--out', file('review.tar'))
  at(otherDesk, 'review', 'import', file('review.tar'), '--trust', author.fingerprint)
  tell('the package goes to the second desktop: every byte and signature holds, gates judged again')
  at(otherDesk, 'approve', 'latest', '--reason', 'The evidence meets the policy.')
  at(otherDesk, 'review', 'export', 'latest', '--decision', '--out', file('decision.tar'))
  const back = assay('review', 'import', file('decision.tar'), '--trust', approver.fingerprint).review
  tell(`${approver.name} approves; signed, back, ${back.standing.state} until ${back.standing.until.slice(0, 10)}`)
  writeReports({ id, base })
  report(id, '--docx', `${base}.docx`)
  report(id, '--template', 'sr-26-2', '--out', file('sr-26-2.pdf'))
  report(id, '--template', 'model-card', '--out', file('model-card.md'))
  written.push(`${base}.docx`, file('sr-26-2.pdf'), file('model-card.md'))
  tell('reported as a Word document, and clause by clause: SR 26-2, model card')
  writeRelease(id)
}

function writeRelease(id) {
  const [out, image] = [file('release'), file('image.tar')]
  let result = run(workspace, ['release', id, '--out', out, '--image', image, '--json'])
  let noImage = null
  if (result.status !== 0) {
    const { error } = JSON.parse(result.stdout || '{}')
    // The image's base comes from Debian the first time; a machine without it still gets the release.
    if (error?.code !== 'image/base-unavailable') throw new Error(error?.message ?? 'The release was not written.')
    noImage = error.message
    rmSync(out, { recursive: true, force: true })
    result = run(workspace, ['release', id, '--out', out, '--json'])
    if (result.status !== 0) throw new Error('The release was not written.')
  }
  const { release } = JSON.parse(result.stdout)
  tell(`wrote the release: ${release.goldenRows} golden rows, approved by ${release.approvers.join(', ')}`)
  const replays = release.proof?.replays ?? []
  tell(
    release.proof
      ? `proved (ran as ${release.proof.ran}): equal scores for ${count(Math.min(...replays.map(({ equal }) => equal)))} of ${count(release.goldenRows)} golden rows through ${replays.map(({ through }) => through).join(', ')}`
      : `not proved: ${release.notProved}`,
  )
  written.push(join(out, 'manifest.json'))
  if (release.image) written.push(image)
  else console.log(`  no container image: ${noImage}`)
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
console.log('Assay demo: from sample data to a signed release')
at(workspace, 'init', workspace)
at(otherDesk, 'init', otherDesk)
const runs = samples.map((sample) => scoreSample(sample)).flat()
console.log('\nReports')
const [churn, ...others] = runs
others.forEach(writeReports)
release(churn)
const proof = assay('verify')
console.log(`\nSummary (${((performance.now() - started) / 1000).toFixed(0)} s)`)
for (const line of results) console.log(`  ${line}`)
for (const path of written) {
  if (!existsSync(path)) throw new Error(`${path} was not written`)
  console.log(`  ${relative(root, path)} (${count(Math.ceil(statSync(path).size / 1024))} kB)`)
}
console.log(`  workspace: ${proof.ok ? `nothing was changed (${proof.found.join(', ')})` : 'CHANGED'}`)
if (!proof.ok) process.exit(1)
console.log(`\nOpen this workspace in the window: npm start -- --workspace=${workspace}`)
