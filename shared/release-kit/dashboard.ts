/** A Grafana dashboard of one model: traffic, errors, time, inputs, predictions, approval. */
import type { Plan } from './plan.ts'
import type { ProductionMeasure } from '../contract/policy.ts'
import { errorRate, latencyMs, quoted, requestRate } from './promql.ts'

const datasource = { type: 'prometheus', uid: '${datasource}' } as const

interface Target {
  readonly expr: string
  readonly legend: string
  readonly instant?: boolean
}

interface PanelRequest {
  readonly title: string
  readonly description: string
  readonly targets: readonly Target[]
  readonly unit: string
  readonly kind?: 'timeseries' | 'stat' | 'table'
  /** A line across, where there is a limit. */
  readonly limit?: number | undefined
  readonly width?: number
}

/** Twelve of 24 columns each, in the order in which they are read. */
function layOut(requests: readonly PanelRequest[]): object[] {
  let x = 0
  let y = 0
  return requests.map(({ title, description, targets, unit, kind = 'timeseries', limit, width = 12 }, k) => {
    if (x + width > 24) {
      x = 0
      y += 8
    }
    const gridPos = { x, y, w: width, h: 8 }
    x += width
    const steps = [{ color: 'green', value: null }, ...(limit === undefined ? [] : [{ color: 'red', value: limit }])]
    return {
      id: k + 1,
      type: kind,
      title,
      description,
      datasource,
      gridPos,
      fieldConfig: {
        defaults: {
          unit,
          thresholds: { mode: 'absolute', steps },
          custom: kind === 'timeseries' && limit !== undefined ? { thresholdsStyle: { mode: 'line' } } : {},
        },
        overrides: [],
      },
      options: kind === 'timeseries' ? { legend: { displayMode: 'list', placement: 'bottom' } } : {},
      targets: targets.map(({ expr, legend, instant = false }, at) => ({
        refId: String.fromCharCode(65 + at),
        datasource,
        expr,
        legendFormat: legend,
        instant,
        range: !instant,
        ...(kind === 'table' ? { format: 'table' } : {}),
      })),
    }
  })
}

export function dashboard(plan: Plan): object {
  const matchers = `job=${quoted(plan.job)},namespace="$namespace"`
  const scope = { matchers, by: [], window: '$__rate_interval' }
  const own = (metric: string, more = ''): string => `${metric}{${matchers}${more}}`
  const limitOf = (...measures: readonly ProductionMeasure[]): number | undefined =>
    plan.limits.limits.find((limit) => measures.includes(limit.measure))?.atMost
  const mean = (metric: string): string =>
    `1000 * sum (rate(${own(`${metric}_sum`)}[$__rate_interval])) / sum (rate(${own(`${metric}_count`)}[$__rate_interval]))`
  const panels: PanelRequest[] = [
    {
      title: 'Pods that take requests',
      description: 'assay_ready, summed.',
      targets: [{ expr: `sum (${own('assay_ready')})`, legend: 'ready', instant: true }],
      unit: 'none',
      kind: 'stat',
      width: 6,
    },
    {
      title: 'Approval ends in',
      description: 'After it nothing is served.',
      targets: [
        { expr: `min (${own('assay_approval_expires_timestamp_seconds')}) - time()`, legend: 'left', instant: true },
      ],
      unit: 's',
      kind: 'stat',
      width: 6,
    },
    {
      title: 'What is served',
      description: 'Model, version and evidence of each pod.',
      targets: [
        {
          expr: `count by (model, version, evidence_sha256) (${own('assay_release_info')})`,
          legend: 'release',
          instant: true,
        },
      ],
      unit: 'none',
      kind: 'table',
    },
    {
      title: 'Gates at approval',
      description: 'What the gates said when the approvers signed, and under which policy.',
      targets: [
        {
          expr: `max by (outcome, policy_sha256, gates_sha256) (${own('assay_gates_info')})`,
          legend: '{{outcome}}',
          instant: true,
        },
      ],
      unit: 'none',
      kind: 'table',
    },
    {
      title: 'Requests by outcome',
      description: 'ok, or the code of the refusal.',
      targets: [{ expr: requestRate({ ...scope, by: ['code'] }), legend: '{{code}}' }],
      unit: 'reqps',
    },
    {
      title: 'Failed requests',
      description: 'Share that failed by the server’s fault; what callers get wrong is not counted.',
      targets: [{ expr: errorRate(scope), legend: 'failed' }],
      unit: 'percentunit',
      limit: limitOf('error_rate'),
    },
    {
      title: 'Latency',
      description: 'Whole requests, refused ones included; as exact as the histogram’s buckets.',
      targets: [0.5, 0.95, 0.99].map((q) => ({ expr: latencyMs(scope, q), legend: `p${q * 100}` })),
      unit: 'ms',
      limit: limitOf('latency_p99_ms', 'latency_p95_ms', 'latency_p50_ms'),
    },
    {
      title: 'Where the time goes',
      description: 'Mean wait in the queue, and mean run inside ONNX Runtime.',
      targets: [
        { expr: mean('assay_queue_seconds'), legend: 'queue' },
        { expr: mean('assay_model_seconds'), legend: 'model' },
      ],
      unit: 'ms',
    },
    {
      title: 'Rows scored',
      description: 'By protocol.',
      targets: [
        { expr: `sum by (protocol) (rate(${own('assay_rows_total')}[$__rate_interval]))`, legend: '{{protocol}}' },
      ],
      unit: 'rowsps',
    },
    {
      title: 'Rows of a run',
      description: 'Requests that come together are run together.',
      targets: [
        {
          expr: `sum (rate(${own('assay_batch_rows_sum')}[$__rate_interval])) / sum (rate(${own('assay_batch_rows_count')}[$__rate_interval]))`,
          legend: 'mean rows',
        },
      ],
      unit: 'none',
    },
    {
      title: 'Drift of inputs',
      description:
        'Population stability index of each pod’s traffic since its start against the evaluated rows; the worst pod.',
      targets: [{ expr: `max by (column) (${own('assay_input_psi')})`, legend: '{{column}}' }],
      unit: 'none',
      limit: limitOf('input_psi'),
    },
    {
      title: 'Values that were never evaluated',
      description: 'Rows a second with a warning, by column.',
      targets: [
        {
          expr: `sum by (column, code) (rate(${own('assay_input_warnings_total')}[$__rate_interval]))`,
          legend: '{{column}} {{code}}',
        },
      ],
      unit: 'rowsps',
    },
    {
      title: 'Predictions by class',
      description: 'Share of each class at the approved threshold; empty where the task has no classes.',
      targets: [
        {
          expr: `sum by (label) (rate(${own('assay_predictions_total')}[$__rate_interval])) / ignoring (label) group_left () sum (rate(${own('assay_predictions_total')}[$__rate_interval]))`,
          legend: '{{label}}',
        },
      ],
      unit: 'percentunit',
    },
    {
      title: 'Memory',
      description: 'Resident memory of each pod; the line is its request.',
      targets: [{ expr: own('process_resident_memory_bytes'), legend: '{{pod}}' }],
      unit: 'bytes',
      limit: plan.sizing.memoryRequestMi * 1024 * 1024,
    },
    {
      title: 'Processor',
      description: 'Cores in use by each pod.',
      targets: [{ expr: `rate(${own('process_cpu_seconds_total')}[$__rate_interval])`, legend: '{{pod}}' }],
      unit: 'none',
    },
  ]
  const { version } = plan.facts.manifest.model
  return {
    uid: plan.name,
    title: `Model ${plan.name}`,
    description: `Made with release ${version} of ${plan.name}.`,
    tags: ['assay', 'model'],
    schemaVersion: 39,
    version,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        {
          name: 'namespace',
          label: 'Namespace',
          type: 'query',
          datasource,
          query: `label_values(assay_ready{job=${quoted(plan.job)}}, namespace)`,
          refresh: 2,
        },
      ],
    },
    panels: layOut(panels),
  }
}
