/** Limits of a release kit, and what watches them: queries, dashboard, alerts. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { releaseKit } from '../../../shared/release-kit/release-kit.ts'
import { hostileNames, kitFacts, readDocuments, readQuery, whyNoPromtool, withKit } from '../../support/kit.ts'
import { files, one, policy, textOf } from './churn-kit.ts'

describe('limits', () => {
  const index = JSON.parse(textOf('kit.json'))

  it('come from the approved gates that production can measure; the others are named with the reason', () => {
    expect(
      index.limits.map(({ id, measure, atMost, column, source }: Record<string, unknown>) => [
        id,
        measure,
        atMost,
        column,
        source,
      ]),
    ).toEqual([
      ['errors', 'error_rate', 0.005, null, 'approved production limit'],
      ['latency', 'latency_p99_ms', 40, null, 'approved production limit'],
      ['latency-mid', 'latency_p50_ms', 10, null, 'approved production limit'],
      ['drift-all', 'input_psi', 0.2, null, 'approved gate'],
      ['drift-one', 'input_psi', 0.1, 'age', 'approved gate'],
    ])
    const reasons = Object.fromEntries(
      index.notMeasurable.map((entry: { gate: string; reason: string }) => [entry.gate, entry.reason]),
    )
    expect(Object.keys(reasons)).toEqual(['objective', 'ranking', 'speed', 'rows'])
    expect(reasons['ranking']).toContain('labels')
    expect(reasons['speed']).toContain('batches')
  })

  it('are proposed, and say so, where the policy has none', () => {
    const { limits } = JSON.parse(releaseKit(kitFacts()).find(({ path }) => path === 'kit.json')!.text)
    expect(limits.map(({ id, atMost, source }: Record<string, unknown>) => [id, atMost, source])).toEqual([
      ['proposed-error-rate', 0.01, 'proposed'],
      ['proposed-latency-p99', 50, 'proposed'],
      ['proposed-drift', 0.25, 'proposed'],
    ])
  })

  it('roll a canary back by their own ids and numbers, and wait where there is too little traffic', () => {
    const { metrics } = one('AnalysisTemplate').spec
    expect(metrics.map(({ name }) => name)).toEqual(['errors', 'latency', 'latency-mid', 'drift-all', 'drift-one'])
    for (const metric of metrics) {
      const { atMost } = index.limits.find(({ id }: { id: string }) => id === metric.name)
      expect(metric.failureCondition).toBe(`len(result) > 0 && result[0] > ${atMost}`)
      expect(metric.successCondition).toBe(`len(result) > 0 && result[0] <= ${atMost}`)
      expect(metric.provider.prometheus.query).toContain('rollouts_pod_template_hash="{{args.canary-hash}}"')
    }
    // Rule of three: 3 / 0.005.
    expect(metrics[0]!.provider.prometheus.query).toContain('>= 600')
    expect(metrics[1]!.provider.prometheus.query).toContain('>= 500')
  })

  it('are sought only among the canary’s pods, whose label the ServiceMonitor carries over', () => {
    expect(one('ServiceMonitor').spec.podTargetLabels).toEqual(['rollouts-pod-template-hash'])
  })
})

describe('the dashboard', () => {
  const { panels, templating } = JSON.parse(textOf('dashboard.json'))

  it('has panels with queries that parse, in places that do not overlap', () => {
    const taken = new Set<string>()
    const variables = templating.list.map(({ name }: { name: string }) => name)
    for (const { title, targets, gridPos, datasource, id } of panels) {
      expect(targets.length, title).toBeGreaterThan(0)
      expect(datasource.uid).toBe('${datasource}')
      for (const { expr } of targets) {
        readQuery(expr)
        for (const [, variable] of expr.matchAll(/\$(\w+)/g))
          expect([...variables, '__rate_interval']).toContain(variable)
      }
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        expect(taken.has(`${x} ${gridPos.y}`), title).toBe(false)
        taken.add(`${x} ${gridPos.y}`)
      }
      expect(id).toBeGreaterThan(0)
    }
    expect(new Set(panels.map(({ id }: { id: number }) => id)).size).toBe(panels.length)
    expect(() => readQuery('sum by (rate(x[5m])')).toThrow('not PromQL')
  })
})

describe('alerts', () => {
  it.skipIf(whyNoPromtool !== null)('are raised by their own traffic, and by no server that is well', () => {
    for (const made of [files, releaseKit(kitFacts())])
      withKit(made, (folder) => {
        const where = join(folder, 'components/monitoring')
        expect(spawnSync('promtool', ['check', 'rules', 'alerts.rules.yaml'], { cwd: where }).status).toBe(0)
        const run = () => spawnSync('promtool', ['test', 'rules', 'alerts.test.yaml'], { cwd: where, encoding: 'utf8' })
        const { status, stdout, stderr } = run()
        expect(status, stdout + stderr).toBe(0)
      })
  })
  it.skipIf(whyNoPromtool !== null)('of every hostile name are rules that Prometheus loads', () => {
    for (const name of hostileNames)
      withKit(releaseKit(kitFacts(name, { policy: policy(name) })), (folder) => {
        const rules = join(folder, 'components/monitoring/alerts.rules.yaml')
        const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' })
        expect(status, stdout + stderr).toBe(0)
        expect(stdout).toMatch(/SUCCESS: \d+ rules found/)
      })
  })
  if (whyNoPromtool) console.warn(`skipped: ${whyNoPromtool}`)

  it('of the file for promtool are those of the operator’s object', () => {
    const plain = readDocuments(textOf('alerts.rules.yaml'))[0]
    expect(plain).toEqual({ groups: one('PrometheusRule').spec.groups })
  })
})
