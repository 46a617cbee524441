import { describe, expect, it } from 'vitest'
import type { Metric } from '../../../shared/contract/evidence.ts'
import type { MonitorWindow } from '../../../shared/contract/monitor-report.ts'
import type { Triggers } from '../../../shared/contract/monitor-triggers.ts'
import { againstApproved, compareWithApproved } from '../../../shared/monitor/against-approved.ts'
import { findConditions, newestRun } from '../../../shared/monitor/conditions.ts'
import type { ConditionsRequest } from '../../../shared/monitor/conditions.ts'
import { defaultTriggers, parseTriggers } from '../../../shared/monitor/default-triggers.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

const metric = (value: number, half: number, n = 500): Metric => ({
  value,
  low: value - half,
  high: value + half,
  n,
  method: 'test',
})
const definitions = { roc_auc: { better: 'higher' as const }, log_loss: { better: 'lower' as const } }

describe('a metric against the approved one', () => {
  it('has the one-sided p of a normal difference', () => {
    // Deviations 0.02 and 0.01: 0.8 − 0.87 with a drop of 0.02 is 0.05 / √0.0005 = 2.236 deviations.
    const { difference, p } = compareWithApproved(
      metric(0.8, 1.959964 * 0.02),
      metric(0.87, 1.959964 * 0.01),
      'higher',
      0.02,
    )
    expect(difference.value).toBeCloseTo(-0.07, 12)
    expect(p).toBeCloseTo(0.012674, 5)
  })

  it('knows which way is better', () => {
    const worse = compareWithApproved(metric(0.5, 0.02), metric(0.4, 0.02), 'lower', 0)
    const better = compareWithApproved(metric(0.4, 0.02), metric(0.5, 0.02), 'lower', 0)
    expect(worse.p).toBeLessThan(0.001)
    expect(better.p).toBeGreaterThan(0.999)
  })

  it('says nothing without an interval, and why', () => {
    const bare = { ...metric(0.5, 0), low: null, high: null }
    expect(compareWithApproved(bare, metric(0.9, 0.01), 'higher', 0)).toMatchObject({
      p: null,
      difference: { reason: 'no interval' },
    })
    expect(compareWithApproved(metric(0.5, 0.01), undefined, 'higher', 0).p).toBeNull()
  })

  it('raises alarms at no more than the stated rate over twenty windows and two metrics', () => {
    const random = createRandom(7)
    const trials = 2000
    let alarms = 0
    for (let trial = 0; trial < trials; trial++) {
      const draw = (value: number): Metric => metric(value + 0.02 * random.normal(), 1.959964 * 0.02)
      const windows = Array.from({ length: 20 }, () => ({ roc_auc: draw(0.85), log_loss: draw(0.4) }))
      const approved = { roc_auc: metric(0.85, 0), log_loss: metric(0.4, 0) }
      const found = againstApproved(windows, approved, ['roc_auc', 'log_loss'], definitions, { drop: 0, alpha: 0.05 })
      if (found.some((window) => Object.values(window).some(({ worse }) => worse))) alarms++
    }
    // Three standard errors above 5 %.
    expect(alarms / trials).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials))
    expect(alarms).toBeGreaterThan(0)
  })
})

const blank: MonitorWindow = {
  label: '',
  rows: 200,
  requests: 200,
  errors: 0,
  latencyMs: null,
  labelled: 0,
  metrics: {},
  estimated: {},
  calibration: null,
  against: {},
  alarms: 0,
  predictionAlarm: false,
  gates: [],
}
const windowsOf = (...each: Partial<MonitorWindow>[]): MonitorWindow[] =>
  each.map((more, k) => ({ ...blank, label: `w${k}`, ...more }))
const request = (windows: MonitorWindow[], more: Partial<ConditionsRequest> = {}): ConditionsRequest => ({
  windows,
  triggers: parseTriggers(defaultTriggers),
  comparedColumns: 10,
  inAlarm: windows.map(({ alarms }) => Array.from({ length: alarms }, (_, k) => `c${k}`)),
  approved: { roc_auc: metric(0.85, 0.01) },
  titles: { roc_auc: { title: 'ROC AUC' } },
  labelled: 0,
  referenceRows: 5000,
  newerPolicy: null,
  approvedUntil: null,
  now: '2026-01-01T00:00:00.000Z',
  ...more,
})
const rules = (windows: MonitorWindow[], more: Partial<ConditionsRequest> = {}): string[] =>
  findConditions(request(windows, more)).map(({ rule }) => rule)

describe('triggers', () => {
  it('need windows in a row; those that cannot be judged neither count nor interrupt', () => {
    const run = (...held: (boolean | null)[]): number[] =>
      newestRun(windowsOf(...held.map(() => ({}))), 2, (_, k) => held[k]!)
    expect(run(true, false, true)).toEqual([])
    expect(run(true, null, true)).toEqual([0, 2])
    expect(run(true, true, false)).toEqual([0, 1])
    expect(run(true, true, false, true, true, true)).toEqual([3, 4, 5])
  })

  it('drift: a share of the columns, or the prediction, twice in a row', () => {
    expect(rules(windowsOf({ alarms: 9 }, {}, { alarms: 9 }))).toEqual([])
    expect(rules(windowsOf({}, { alarms: 3 }, { alarms: 4 }))).toEqual(['drift'])
    expect(rules(windowsOf({ alarms: 2 }, { alarms: 2 }))).toEqual([])
    expect(rules(windowsOf({ predictionAlarm: true }, { predictionAlarm: true }))).toEqual(['prediction drift'])
    expect(rules(windowsOf({ alarms: 9, rows: 10 }, { alarms: 9, rows: 10 }))).toEqual([])
  })

  const worse = { roc_auc: { difference: metric(-0.1, 0.02), p: 0.001, corrected: 0.001, worse: true } }
  it('performance: from labels and from estimates apart', () => {
    const labels = { metrics: { roc_auc: metric(0.75, 0.02) }, against: worse }
    const estimate = { estimated: { roc_auc: metric(0.75, 0.02) }, against: worse }
    expect(rules(windowsOf(labels, labels))).toEqual(['performance'])
    expect(rules(windowsOf(estimate, estimate))).toEqual(['estimated performance'])
    expect(rules(windowsOf(labels, estimate))).toEqual([])
    const [found] = findConditions(request(windowsOf(labels, labels)))
    expect(found!.message).toBe(
      'ROC AUC is 0.75, approved at 0.85: worse by more than 0.02 in 2 windows in a row, w0 to w1.',
    )
  })

  it('new data, a changed objective, errors, and the end of the approval', () => {
    expect(rules(windowsOf({}), { labelled: 2499 })).toEqual([])
    expect(rules(windowsOf({}), { labelled: 2500 })).toEqual(['new data'])
    expect(rules(windowsOf({}), { newerPolicy: { name: 'P', sha256: 'x', changes: 'more' } })).toEqual(['objective'])
    expect(rules(windowsOf({ errors: 20 }, { errors: 20 }))).toEqual(['errors'])
    expect(rules(windowsOf({ errors: 5 }, { errors: 5 }))).toEqual([])
    expect(rules(windowsOf({}), { approvedUntil: '2026-01-20T00:00:00.000Z' })).toEqual(['expiry'])
    expect(rules(windowsOf({}), { approvedUntil: '2026-03-20T00:00:00.000Z' })).toEqual([])
  })

  it('are read from YAML, and what is wrong is named', () => {
    const set = (yaml: string): Triggers => parseTriggers(`assay: triggers/1\n${yaml}`)
    expect(set('drift: { windows: 3 }').drift).toEqual({ share: 0.3, prediction: true, windows: 3 })
    expect(parseTriggers(defaultTriggers)).toEqual(set(''))
    expect(() => set('drift: { widows: 3 }')).toThrow(/drift.*widows/)
    expect(() => set('alpha: 2')).toThrow(/alpha/)
    expect(() => parseTriggers('a: [')).toThrow(/cannot be read/)
    expect(() => parseTriggers('a: &x [1,1]\nb: [*x,*x,*x,*x,*x,*x,*x,*x,*x,*x,*x,*x]')).toThrow(/cannot be read/)
  })
})
