/**
 * Alert rules: the limits of the policy, and what goes wrong with any server. The same groups as a plain file, which
 * promtool reads, with tests of each rule that promtool runs.
 */
import type { Plan } from './plan.ts'
import type { ProductionLimit } from './production-limits.ts'
import { fewestRows, limitQuery, quoted } from './promql.ts'

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

interface Series {
  readonly series: string
  readonly values: string
}

/** A rule, and the smallest traffic that raises it. */
interface TestedRule {
  readonly rule: AlertRule
  readonly series: readonly Series[]
  readonly at: string
  /** Labels of the alert that comes of it. */
  readonly raises: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** The alert of a limit, and what it says in words. */
function wordsOf({ measure, atMost }: ProductionLimit): { readonly alert: string; readonly summary: string } {
  if (measure === 'error_rate')
    return {
      alert: 'ModelErrorRate',
      summary: `more than ${Number((atMost * 100).toPrecision(6))} % of the requests fail`,
    }
  if (measure === 'input_psi')
    return { alert: 'ModelInputDrift', summary: `the stability index of an input is above ${atMost}` }
  const quantile = measure.slice('latency_'.length, -'_ms'.length)
  return { alert: `ModelLatency${quantile.toUpperCase()}`, summary: `latency ${quantile} is above ${atMost} ms` }
}

const namespace = 'models'

function testedRules(plan: Plan): TestedRule[] {
  const matchers = `job=${quoted(plan.job)}`
  const scope = { matchers, by: ['namespace'], window: '5m' }
  const model = plan.name
  const base = { job: plan.job, namespace, pod: 'a' }
  const metric = (name: string, values: string, more: Readonly<Record<string, string>> = {}): Series => ({
    series: `${name}{${Object.entries({ ...base, ...more })
      .map(([label, value]) => `${label}=${quoted(value)}`)
      .join(',')}}`,
    values,
  })
  const make = (
    rule: Omit<AlertRule, 'labels' | 'annotations'> & {
      severity: 'page' | 'ticket'
      summary: string
      description: string
      more?: Record<string, string>
    },
    series: readonly Series[],
    at: string,
    kept: Readonly<Record<string, string>> = { namespace },
  ): TestedRule => {
    const { severity, summary, description, more = {}, ...rest } = rule
    const labels = { severity, model, ...more }
    const annotations = { summary: `${model}: ${summary}`, description }
    return { rule: { ...rest, labels, annotations }, series, at, raises: { ...kept, ...labels }, annotations }
  }
  const { limits } = plan.limits
  const requests = (more: Readonly<Record<string, string>>, perMinute: number): Series =>
    metric('assay_requests_total', `0+${perMinute}x60`, more)
  const seriesFor = (limit: ProductionLimit): Series[] => {
    const busy = 100_000
    if (limit.measure === 'error_rate') {
      const failed = Math.ceil(Math.min(1, limit.atMost * 2) * busy)
      return [requests({ code: 'ok' }, busy - failed), requests({ code: 'server/timeout' }, failed)]
    }
    if (limit.measure === 'input_psi') {
      const column = limit.column ?? 'a column'
      return [
        metric('assay_input_psi', `${limit.atMost * 2 + 1}+0x60`, { column }),
        metric('assay_input_bin_rows', `${fewestRows}+0x60`, { column, bin: '0' }),
      ]
    }
    const bound = String((limit.atMost * 2) / 1000)
    return [
      requests({ code: 'ok' }, busy),
      metric('assay_request_seconds_bucket', '0+0x60', { le: String(limit.atMost / 1000) }),
      metric('assay_request_seconds_bucket', `0+${busy}x60`, { le: bound }),
      metric('assay_request_seconds_bucket', `0+${busy}x60`, { le: '+Inf' }),
    ]
  }
  return [
    ...limits.map((limit) =>
      make(
        {
          alert: wordsOf(limit).alert,
          expr: `(${limitQuery(limit, scope)}) > ${limit.atMost}`,
          for: limit.measure === 'input_psi' ? '30m' : '5m',
          severity: limit.measure === 'input_psi' ? 'ticket' : 'page',
          summary: wordsOf(limit).summary,
          description: `Limit ${limit.id} (${limit.source}).`,
          more: { limit: limit.id },
        },
        seriesFor(limit),
        '50m',
      ),
    ),
    make(
      {
        alert: 'ModelNotReady',
        expr: `max by (namespace) (assay_ready{${matchers}}) == 0`,
        for: '2m',
        severity: 'page',
        summary: 'no pod takes requests',
        description: 'Every pod drains, or the approval has ended: GET /v2/health/ready says which.',
      },
      [metric('assay_ready', '0+0x60')],
      '10m',
    ),
    make(
      {
        alert: 'ModelAbsent',
        expr: `absent(assay_ready{${matchers}})`,
        for: '5m',
        severity: 'page',
        summary: 'no pod is scraped',
        description: 'Nothing runs, or Prometheus does not reach it: see ServiceMonitor and NetworkPolicy.',
      },
      [],
      '10m',
      { job: plan.job },
    ),
    make(
      {
        alert: 'ModelApprovalEndsSoon',
        expr: `min by (namespace) (assay_approval_expires_timestamp_seconds{${matchers}}) - time() < 14 * 86400`,
        for: '1h',
        severity: 'ticket',
        summary: 'the approval ends within 14 days',
        description: 'Nothing is served after it. Have the model reviewed again, and deploy the new release.',
      },
      [metric('assay_approval_expires_timestamp_seconds', '0+0x120')],
      '90m',
    ),
    make(
      {
        alert: 'ModelOtherEvidence',
        expr: `count by (namespace) (assay_release_info{${matchers},evidence_sha256!=${quoted(plan.facts.manifest.evidence.sha256)}}) > 0`,
        for: '30m',
        severity: 'ticket',
        summary: 'a pod serves another release than this kit',
        description: 'A rollout has stopped half way, or the alerts are of an older release.',
      },
      [metric('assay_release_info', '1+0x60', { evidence_sha256: '0'.repeat(64) })],
      '50m',
    ),
    make(
      {
        alert: 'ModelOverloaded',
        expr: `sum by (namespace) (rate(assay_requests_total{${matchers},code="server/overloaded"}[5m])) > 0`,
        for: '5m',
        severity: 'ticket',
        summary: 'requests are turned away because the queue is full',
        description: 'More pods (the autoscaler’s maxReplicas), or fewer callers (ASSAY_RATE).',
      },
      [requests({ code: 'server/overloaded' }, 6)],
      '20m',
    ),
    make(
      {
        alert: 'ModelPredictionLogDropped',
        expr: `sum by (namespace) (increase(assay_prediction_log_dropped_total{${matchers}}[15m])) > 0`,
        for: '5m',
        severity: 'ticket',
        summary: 'lines of the prediction log are lost',
        description: 'The disk or the log collector is too slow; sample fewer requests.',
      },
      [metric('assay_prediction_log_dropped_total', '0+60x60')],
      '30m',
    ),
    make(
      {
        alert: 'ModelBatchFailed',
        expr: `max by (namespace, job_name) (kube_job_status_failed{job_name=~${quoted(`${plan.name}-(batch|nightly|drift).*`)}}) > 0`,
        for: '1m',
        severity: 'ticket',
        summary: 'a batch or drift job failed',
        description: 'kubectl logs job/{{ $labels.job_name }}. Exit code 42: bad data, 43: the input has drifted.',
      },
      [
        {
          series: `kube_job_status_failed{namespace=${quoted(namespace)},job_name=${quoted(`${plan.name}-nightly-1`)}}`,
          values: '1+0x60',
        },
      ],
      '10m',
      { namespace, job_name: `${plan.name}-nightly-1` },
    ),
  ]
}

export function ruleGroups(plan: Plan): { name: string; rules: AlertRule[] }[] {
  return [{ name: plan.name, rules: testedRules(plan).map(({ rule }) => rule) }]
}

/** Traffic of a server that is well, at the same rates for an hour. */
function healthy(plan: Plan): Series[] {
  const labels = `job=${quoted(plan.job)},namespace=${quoted(namespace)},pod="a"`
  const evidence = quoted(plan.facts.manifest.evidence.sha256)
  return [
    { series: `assay_ready{${labels}}`, values: '1+0x60' },
    { series: `assay_requests_total{${labels},code="ok"}`, values: '0+100000x60' },
    { series: `assay_request_seconds_bucket{${labels},le="0.0001"}`, values: '0+100000x60' },
    { series: `assay_request_seconds_bucket{${labels},le="+Inf"}`, values: '0+100000x60' },
    { series: `assay_input_psi{${labels},column="a column"}`, values: '0+0x60' },
    { series: `assay_input_bin_rows{${labels},column="a column",bin="0"}`, values: '0+100000x60' },
    { series: `assay_approval_expires_timestamp_seconds{${labels}}`, values: '4000000000+0x60' },
    { series: `assay_release_info{${labels},evidence_sha256=${evidence}}`, values: '1+0x60' },
  ]
}

/** For promtool test rules: each alert is raised by its traffic, and none by a server that is well. */
export function ruleTests(plan: Plan, rulesFile: string): object {
  const rules = testedRules(plan)
  const names = [...new Set(rules.map(({ rule }) => rule.alert))]
  const expected = ({ raises, annotations }: TestedRule) => ({
    exp_labels: raises,
    exp_annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, text]) => [
        key,
        text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => raises[label] ?? ''),
      ]),
    ),
  })
  return {
    rule_files: [rulesFile],
    evaluation_interval: '1m',
    tests: [
      {
        name: 'a server that is well',
        interval: '1m',
        input_series: healthy(plan),
        alert_rule_test: names.map((alertname) => ({ alertname, eval_time: '50m', exp_alerts: [] })),
      },
      // Limits that share an alert's name may be broken by the same traffic: they are told apart in production alone.
      ...rules
        .filter(({ rule }) => rules.filter((other) => other.rule.alert === rule.alert).length === 1)
        .map((tested) => ({
          name: tested.rule.alert,
          interval: '1m',
          input_series: [...tested.series],
          alert_rule_test: [{ alertname: tested.rule.alert, eval_time: tested.at, exp_alerts: [expected(tested)] }],
        })),
    ],
  }
}
