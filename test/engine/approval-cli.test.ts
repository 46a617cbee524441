/** What a pipeline sees: exit codes, JUnit, JSON. The command line runs from its source, in a process of its own. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Gates } from '../../shared/contract/policy.ts'
import { root, samples } from '../support/engine.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
const file = (name: string) => join(folder, name)

function assay(args: readonly string[], env: Record<string, string> = {}) {
  const result = spawnSync(
    process.execPath,
    ['--no-warnings', join(root, 'electron/cli/assay.ts'), ...args, '--workspace', file('workspace')],
    {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ASSAY_DIST: file('dist'), ASSAY_PASSPHRASE: '', ...env },
    },
  )
  return { code: result.status, out: result.stdout, err: result.stderr }
}

const gate = (limit: number) => `assay: policy/1
name: Pipeline
risk_tier: low
objective: { business: Test, measure: words, target: words }
deployment: { kind: batch }
gates: [{ id: auc, path: metrics.roc_auc, at_least: ${limit} }]
`

beforeAll(() => {
  mkdirSync(file('dist'))
  const from = (module: string) => `import ${JSON.stringify(join(root, module))}\n`
  writeFileSync(file('dist/scorer.mjs'), from('electron/scorer/entry.ts'))
  writeFileSync(file('dist/evaluation-worker.mjs'), from('electron/engine/evaluation/worker.ts'))
  writeFileSync(file('good.yaml'), gate(0.8))
  writeFileSync(file('close.yaml'), gate(0.87))
  writeFileSync(file('bad.yaml'), gate(0.99))
  writeFileSync(file('wrong.yaml'), gate(0.8).replace('roc_auc', 'roc_acu'))
  writeFileSync(
    file('plan.yaml'),
    `assay: plan/1
dataset:
  file: ${join(samples, 'churn/holdout.csv')}
  name: Hold-out
  target: churned
  id: customer_id
  task: binary
  positive: "Yes"
model: { file: ${join(samples, 'churn/gradient-boosting.onnx')}, name: churn }
device: cpu
policy: good.yaml
write: { junit: gates.xml, evidence: evidence.json, model-card: card.md }
`,
  )
})

describe('assay check', () => {
  it('runs a plan from import to gates in a workspace that it makes', () => {
    const { code, out, err } = assay(['check', 'plan.yaml', '--json'])
    expect(err).not.toContain('error')
    expect(code).toBe(0)
    const { gates } = JSON.parse(out) as { gates: Gates }
    expect(gates).toMatchObject({ outcome: 'pass', counts: { pass: 1 } })
    expect(readFileSync(file('gates.xml'), 'utf8')).toContain('failures="0"')
    expect(readFileSync(file('card.md'), 'utf8')).toContain('# Model card: churn 1')
    expect(existsSync(file('evidence.json'))).toBe(true)
  })

  it('stops before it imports anything when the plan or its policy is wrong', () => {
    const plan = readFileSync(file('plan.yaml'), 'utf8')
    for (const [text, code] of [
      [plan.replace('policy: good.yaml', 'policy: wrong.yaml'), 'policy/not-valid'],
      [plan.replace('policy: good.yaml', 'policy: nothing.yaml'), 'plan/file'],
      [plan.replace('target:', 'traget:'), 'Unrecognized key: "traget"'],
      [plan.replace('policy: good.yaml', ''), 'policy: it is missing'],
      [plan.replace('device: cpu', 'threshold: half'), 'threshold: it is a text and must be a number'],
    ] as const) {
      writeFileSync(file('broken.yaml'), text)
      const result = assay(['check', 'broken.yaml'])
      expect(result.err).toContain(code)
      expect(result.code).toBe(3)
    }
    const { out } = assay(['dataset', 'list', '--json'])
    expect((JSON.parse(out) as { datasets: unknown[] }).datasets).toHaveLength(1)
  })
})

describe('assay gate', () => {
  it.each([
    ['good.yaml', 0, 'pass'],
    ['bad.yaml', 1, 'fail'],
    // The interval straddles the limit: not enough rows to tell, which stops a release as well.
    ['close.yaml', 1, 'inconclusive'],
  ])('%s ends with %i', (name, expected, outcome) => {
    const { code, out } = assay(['gate', 'latest', '--policy', name, '--junit', 'one.xml', '--json'])
    expect(code).toBe(expected)
    expect((JSON.parse(out) as Gates).gates[0]!.outcome).toBe(outcome)
    expect(readFileSync(file('one.xml'), 'utf8')).toContain(`failures="${expected}"`)
  })

  it('says what is wrong with a policy, and where', () => {
    const lint = assay(['policy', 'lint', 'wrong.yaml'])
    expect(lint.code).toBe(3)
    expect(lint.out).toMatch(/wrong\.yaml:6:\d+ {2}error {2}policy\/unknown-path: .* Did you mean "roc_auc"\?/)
    expect(assay(['policy', 'lint', 'good.yaml']).code).toBe(0)
    expect(assay(['gate', 'latest', '--policy', 'wrong.yaml']).code).toBe(3)
    expect(assay(['gate', 'latest']).code).toBe(2)
  })
})

it('takes options where people put them: no command mistakes --workspace or --json for its own', () => {
  for (const args of [
    ['monitor', 'labels', 'nothing.csv', '--model', 'churn', '--id', 'request'],
    ['monitor', 'retrain', 'rt_0000000000000000', '--out', 'request', '--image', 'train:1'],
  ]) {
    const { code, err } = assay([...args, '--json'])
    expect(err).not.toContain('call/invalid')
    expect(code).toBe(3)
  }
})

describe('people and signatures', () => {
  it('takes the passphrase from the environment, and ends with 2 where there is none', () => {
    const add = ['person', 'add', 'Ada', '--role', 'author']
    expect(assay(add).code).toBe(2)
    expect(assay(add, { ASSAY_PASSPHRASE: 'correct horse battery' }).code).toBe(0)
    expect(assay(['person', 'add', 'Eve', '--role', 'king'], { ASSAY_PASSPHRASE: 'correct horse battery' }).code).toBe(
      2,
    )
    expect(assay(['audit', 'export', '--out', 'log.jsonl'], { ASSAY_PASSPHRASE: 'correct horse battery' }).code).toBe(0)
    expect(assay(['verify', 'log.jsonl']).code).toBe(0)
    writeFileSync(file('log.jsonl'), readFileSync(file('log.jsonl'), 'utf8').replace('person added', 'person edited'))
    const { code, out } = assay(['verify', 'log.jsonl'])
    expect(code).toBe(3)
    expect(out).toMatch(/entry \d+ was changed/)
    expect(assay(['verify']).code).toBe(0)
  })

  it('proves a package, and ends with 3 where any part of it has another byte', () => {
    const env = { ASSAY_PASSPHRASE: 'correct horse battery' }
    const asked = assay(['review', 'request', 'latest', '--policy', 'good.yaml', '--as', 'Ada', '--json'], env)
    const { review } = JSON.parse(asked.out) as { review: { id: string } }
    expect(assay(['review', 'export', review.id, '--out', 'review.tar', '--as', 'Ada'], env).code).toBe(0)
    expect(assay(['verify', 'review.tar']).out).toContain('nothing was changed')
    const bytes = readFileSync(file('review.tar'))
    for (const part of ['evidence.json', 'policy.yaml']) {
      const changed = Buffer.from(bytes)
      // In the part itself, which follows its header of 512 bytes.
      changed[bytes.indexOf(`${part}\0`) + 600]! ^= 1
      writeFileSync(file('changed.tar'), changed)
      const { code, out } = assay(['verify', 'changed.tar'])
      expect(out).toContain(part)
      expect(code).toBe(3)
    }
  })
})
