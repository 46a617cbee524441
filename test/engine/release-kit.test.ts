/** The kit of a real release: its queries are of what the server exposes, its jobs are run as they stand there. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { releaseSummarySchema } from '../../shared/contract/release.ts'
import type { ReleaseSummary } from '../../shared/contract/release.ts'
import type { Run } from '../../shared/contract/run.ts'
import { partName } from '../../shared/serving/batch-part.ts'
import type { KitFile } from '../../shared/release-kit/facts.ts'
import { codeOf, openTestEngine, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { objectsOf, queriesOf, readQuery } from '../support/kit.ts'
import type { ObjectOf } from '../support/kit-objects.ts'
import { churnRelease, goldenOf, runServing, servingEntry, startServing } from '../support/release.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const passphrase = 'correct horse battery'
const policy = `assay: policy/1
name: Release
risk_tier: low
objective: { business: Test, measure: words, target: words }
deployment:
  kind: batch
  limits: [{ id: errors, measure: error_rate, at_most: 0.02 }]
gates: [{ id: rows, path: rows.used, at_least: 10 }]
`

let test: TestEngine
let run: Run
let out: string
let summary: ReleaseSummary
let files: KitFile[]

const write = async (folder: string, kit: object | undefined, prove = true) => {
  const [ada] = (await test.call.people.list()).filter(({ name }) => name === 'Ada')
  const { jobId } = await test.call.releases.write({
    runId: run.id,
    folder: { path: folder },
    prove,
    signer: { personId: ada!.id, passphrase },
    ...(kit ? { kit } : {}),
  })
  return releaseSummarySchema.parse(JSON.parse(await test.finish(jobId)))
}

beforeAll(async () => {
  test = await openTestEngine()
  ;({ run } = await churnRelease(test))
  const dist = temporaryFolder()
  writeFileSync(join(dist, 'serving.mjs'), `import ${JSON.stringify(servingEntry)}\n`)
  process.env['ASSAY_DIST'] = dist
  const ada = await test.call.people.add({ name: 'Ada', roles: ['author'], passphrase })
  const grace = await test.call.people.add({ name: 'Grace', roles: ['approver'], passphrase })
  const signing = { passphrase, runId: run.id }
  const review = await test.call.reviews.request({ ...signing, personId: ada.id, policy: { text: policy }, note: '' })
  await test.call.reviews.decide({
    id: review.id,
    personId: grace.id,
    passphrase,
    decision: 'approve',
    reasons: '',
    conditions: [],
    evidenceSha256: review.subject.evidenceSha256,
  })
  out = join(temporaryFolder(), 'release')
  summary = await write(out, { registry: 'registry.example.com/team', namespace: 'churn' })
  files = summary.kit!.files.map((path) => ({
    path: path.replace(/^deploy\//, ''),
    text: readFileSync(join(out, path), 'utf8'),
  }))
}, 240_000)
afterAll(async () => {
  delete process.env['ASSAY_DIST']
  await test.close()
})

describe('a release', () => {
  it('has its kit in deploy/, under the same seal', async () => {
    expect(summary.kit).toMatchObject({
      name: 'gradient-boosting',
      namespace: 'churn',
      image: 'registry.example.com/team/gradient-boosting:1',
      notMeasurable: 1,
    })
    expect(summary.kit!.limits.map(({ id, source }) => [id, source])).toEqual([
      ['errors', 'approved production limit'],
      ['proposed-latency-p99', 'proposed'],
      ['proposed-drift', 'proposed'],
    ])
    expect(await test.call.proofs.release({ folder: { path: out } })).toMatchObject({ ok: true, problems: [] })
    writeFileSync(join(out, 'deploy/base/deployment.yaml'), 'kind: Deployment\n', { flag: 'a' })
    expect(await test.call.proofs.release({ folder: { path: out } })).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('deploy/base/deployment.yaml was changed')],
    })
  })

  it('asks for the memory that its own server was measured to need', () => {
    const measured = summary.proof!.measured!
    expect(measured.requests).toBeGreaterThan(100)
    expect(measured.p99Ms).toBeGreaterThanOrEqual(measured.p50Ms)
    expect(measured.residentBytes).toBeGreaterThan(50e6)
    const deployment = objectsOf(files).find((object) => object.kind === 'Deployment')!
    const asked = Number.parseInt(String(deployment.spec.template.spec.containers[0]!.resources.requests['memory']), 10)
    expect(asked * 1024 * 1024).toBeGreaterThanOrEqual(measured.residentBytes * 1.25)
  })

  it('is not begun where the kit’s place is no place, and has no kit where none is wanted', async () => {
    const folder = join(temporaryFolder(), 'release')
    expect(await codeOf(write(folder, { namespace: 'Not A Name' }))).toBe('usage/namespace')
    const without = await write(folder, undefined, false)
    expect(without.kit).toBe(null)
    expect(await test.call.proofs.release({ folder: { path: folder } })).toMatchObject({ ok: true })
  })
})

describe('queries', () => {
  it('ask for metrics and labels that the running server has', async () => {
    const server = await startServing(out, jobOf('Job', '-batch', {}).env)
    const [golden] = goldenOf(out)
    const send = (body: unknown) =>
      fetch(`${server.rest}/v1/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    // Enough rows for the drift of inputs, one that was never evaluated, one request that is refused.
    expect((await send(Array.from({ length: 200 }, () => golden!.inputs))).status).toBe(200)
    const odd = Object.fromEntries(
      Object.entries(golden!.inputs).map(([name, value]) => [name, typeof value === 'number' ? 1e9 : value]),
    )
    expect((await send(odd)).status).toBe(200)
    expect((await send({})).status).toBe(422)
    const text = await (await fetch(`${server.rest}/metrics`)).text()
    await server.stop()
    const exposed = new Map<string, Set<string>>()
    for (const [, name, labels = ''] of text.matchAll(/^([a-zA-Z_:]\w*)(?:\{(.*)\})? /gm)) {
      const known = exposed.get(name!) ?? new Set()
      for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!)
      exposed.set(name!, known)
    }
    // Declared, but without a series until something is dropped.
    for (const [, name] of text.matchAll(/^# TYPE (\w+) /gm)) if (!exposed.has(name!)) exposed.set(name!, new Set())
    const { otherMetrics } = JSON.parse(files.find(({ path }) => path === 'kit.json')!.text) as { otherMetrics: object }
    // Given by Prometheus and its operator to every target.
    const ofTarget = new Set(['job', 'namespace', 'pod', 'rollouts_pod_template_hash'])
    const queries = queriesOf(files)
    expect(queries.length).toBeGreaterThan(25)
    for (const { where, query } of queries) {
      const { metrics, labels } = readQuery(query)
      expect(metrics.size, where).toBeGreaterThan(0)
      for (const metric of metrics) if (!(metric in otherMetrics)) expect([...exposed.keys()], where).toContain(metric)
      for (const [metric, label] of labels)
        if (!(metric in otherMetrics) && !ofTarget.has(label)) expect([...exposed.get(metric)!], where).toContain(label)
    }
  })
})

/** What a job of the kit runs, with folders of this machine in place of its volumes. */
function jobOf(kind: 'Job' | 'CronJob', ending: string, at: Readonly<Record<string, string>>) {
  const job = objectsOf(files).find(
    (object): object is ObjectOf<'Job' | 'CronJob'> => object.kind === kind && object.metadata.name.endsWith(ending),
  )!
  const { spec } = job.kind === 'CronJob' ? job.spec.jobTemplate : job
  const [container] = spec.template.spec.containers
  const args: string[] = container!.args.map((text) =>
    Object.entries(at).reduce(
      (arg, [from, to]) => arg.replace(from, to),
      text.replace('$(JOB_NAME)', job.metadata.name),
    ),
  )
  // Whose signatures count: the kit says it.
  const given = container!.env.filter((entry) => entry.value !== undefined)
  const env = Object.fromEntries(given.map(({ name, value }) => [name, value]))
  return {
    args: [...args, '--release', out],
    env,
    completions: spec.completions,
  }
}

describe('jobs', () => {
  it('score a file in shards, and the last index merges what one process would have written', async () => {
    const folder = temporaryFolder()
    const at = { '/input/input.csv': join(samples, 'churn/holdout.csv'), '/output': folder }
    const { args, env, completions } = jobOf('Job', '-batch', at)
    const indexes = Array.from({ length: completions }, (_, k) => String(completions - 1 - k))
    // The merging one is started first, and waits.
    const ended = await Promise.all(indexes.map((index) => runServing(args, { ...env, JOB_COMPLETION_INDEX: index })))
    expect(ended.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(indexes.map(() => [0, '']))
    const whole = join(folder, 'whole')
    const alone = ['batch', '--release', out, '--input', at['/input/input.csv'], '--output', whole]
    expect((await runServing(alone, env)).code).toBe(0)
    const merged = readFileSync(join(folder, 'gradient-boosting-batch/scores.csv'))
    expect(merged.equals(readFileSync(join(whole, partName(0, 1))))).toBe(true)
  }, 60_000)

  it('find drift in a file before it is scored, and none in the evaluated rows', async () => {
    const folder = temporaryFolder()
    const evaluated = readFileSync(join(samples, 'churn/holdout.csv'), 'utf8')
    const check = async (text: string, name: string) => {
      const input = join(folder, `${name}.csv`)
      writeFileSync(input, text)
      const output = join(folder, name)
      mkdirSync(output)
      const { args, env } = jobOf('CronJob', '-drift', { '/input/input.csv': input, '/output': output })
      const ended = await runServing(args, env)
      return { ...ended, report: JSON.parse(readFileSync(join(output, 'gradient-boosting-drift.json'), 'utf8')) }
    }
    const same = await check(evaluated, 'same')
    expect(same.code).toBe(0)
    expect(same.report.columns.length).toBeGreaterThan(5)
    for (const { psi } of same.report.columns) expect(psi).toBeLessThan(1e-9)
    // One column moved up by far.
    const [header, ...rows] = evaluated.trim().split('\n')
    const place = header!.split(',').indexOf('monthly_charges')
    expect(place).toBeGreaterThan(0)
    const moved = rows.map((row) =>
      row
        .split(',')
        .map((cell, k) => (k === place ? '1000' : cell))
        .join(','),
    )
    const other = await check([header, ...moved, ''].join('\n'), 'moved')
    expect(other.code).toBe(43)
    expect(other.stderr).toContain('drift/found')
    const drifted = other.report.columns.filter((entry: { drifted: boolean }) => entry.drifted)
    expect(drifted.map((entry: { column: string }) => entry.column)).toEqual(['monthly_charges'])
  })
})

describe('the list of releases', () => {
  it('says of each whether it may still be served', async () => {
    const states = async () => (await test.call.releases.list()).map(({ state }) => state)
    const [newest] = await test.call.releases.list()
    expect(newest).toMatchObject({
      runId: run.id,
      model: 'gradient-boosting',
      version: 1,
      state: 'in force',
      reason: null,
    })
    // Newest first: the one without a kit, and the one with it.
    expect(await states()).toEqual(['in force', 'in force'])
    const moved = `${out}-elsewhere`
    renameSync(out, moved)
    expect(await states()).toEqual(['in force', 'moved'])
    mkdirSync(out)
    writeFileSync(join(out, 'manifest.json'), '{}')
    expect(await states()).toEqual(['in force', 'altered'])
    await test.evaluate(run, 0.4)
    expect(await states()).toEqual(['not approved', 'not approved'])
    expect((await test.call.releases.list())[0]!.reason).toContain('evidence')
  })
})
