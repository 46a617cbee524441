// Every test: types, layers and lint, format, unit and engine tests, the window in a real Electron. The last line is
// "N passed, N failed". `npm test -- word` runs the tests whose file or name holds the word.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { root, runtime, withDisplay } from './setup.mjs'

const word = process.argv.slice(2).find((argument) => !argument.startsWith('-'))
const bin = join(root, 'node_modules', '.bin')
const { node, env: runtimeEnv } = runtime()
const env = {
  ...process.env,
  ...runtimeEnv,
  PATH: `${bin}${delimiter}${process.env.PATH}`,
  ORT_DISABLE_TELEMETRY: '1',
  FORCE_COLOR: process.stdout.isTTY ? '1' : '0',
}
const cache = join(root, '.cache')
mkdirSync(cache, { recursive: true })
let passed = 0
let failed = 0
const summary = []
/** Named once more at the end, where a long log is read first. */
const failures = []

function run(command, args) {
  return spawnSync(command, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1
}

function step(name, script, args) {
  const started = performance.now()
  console.log(`\n── ${name}`)
  const ok = run(node, [join(root, 'node_modules', script), ...args]) === 0
  if (ok) passed++
  else failed++
  summary.push(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - started) / 1000).toFixed(0)} s)`)
  return ok
}

function counted(name, ok, passedHere, failedHere, skipped, started) {
  passed += passedHere
  // A run that stops before its first test has failed all the same.
  failed += failedHere + (!ok && failedHere === 0 ? 1 : 0)
  summary.push(
    `${ok ? 'ok    ' : 'FAILED'} ${name}: ${passedHere} passed, ${failedHere} failed, ${skipped} skipped (${((performance.now() - started) / 1000).toFixed(0)} s)`,
  )
}

function vitest() {
  const started = performance.now()
  const report = join(cache, 'vitest.json')
  rmSync(report, { force: true })
  console.log('\n── unit and engine tests')
  const args = ['vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const ok =
    run(node, [join(root, 'node_modules', args[0]), ...args.slice(1), ...(word ? [word, '--passWithNoTests'] : [])]) ===
    0
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
  for (const { name, status, message, assertionResults } of result.testResults ?? []) {
    const failedHere = assertionResults.filter((test) => test.status === 'failed')
    failures.push(...failedHere.map((test) => `${name}: ${test.fullName}: ${test.failureMessages.join(' ')}`))
    // A file that could not be loaded has no tests.
    if (status === 'failed' && failedHere.length === 0) failures.push(`${name}: ${message}`)
  }
  counted(
    'unit and engine',
    ok,
    result.numPassedTests ?? 0,
    result.numFailedTests ?? 0,
    result.numPendingTests ?? 0,
    started,
  )
}

function playwright() {
  const started = performance.now()
  const report = join(cache, 'playwright.json')
  rmSync(report, { force: true })
  console.log('\n── the window, in Electron')
  env.PLAYWRIGHT_JSON_OUTPUT_NAME = report
  const args = [
    join(root, 'node_modules/@playwright/test/cli.js'),
    'test',
    '--reporter=list,json',
    ...(word ? ['-g', word, '--pass-with-no-tests'] : []),
  ]
  const command = withDisplay(node, args)
  const ok = run(command.program, command.args) === 0
  const { stats = {}, suites = [] } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
  failures.push(...suites.flatMap(notOkIn))
  counted('window', ok, stats.expected ?? 0, (stats.unexpected ?? 0) + (stats.flaky ?? 0), stats.skipped ?? 0, started)
}

/** Playwright's files, describes and tests are a tree. */
function notOkIn({ specs = [], suites = [] }) {
  const isOk = ({ status }) => status === 'expected' || status === 'skipped'
  const here = specs.filter((spec) => !spec.tests.every(isOk)).map((spec) => `${spec.file}:${spec.line}: ${spec.title}`)
  return [...here, ...suites.flatMap(notOkIn)]
}

if (!word) {
  step('types', 'typescript/bin/tsc', ['-b', '--pretty', 'false'])
  step('layers and lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0'])
  step('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.'])
}
console.log('\n── build')
const built = run(node, [join(root, '.ci/build.mjs'), '--if-changed']) === 0
if (!built) failed++
else {
  vitest()
  playwright()
}
for (const failure of failures) console.log(`\nFAILED ${failure.replaceAll(root, '.').slice(0, 1000)}`)
console.log(`\n${summary.join('\n')}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
