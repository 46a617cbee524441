/** Valid evidence for each task. Its numbers are made up, but agree with each other in form. */
import type { Evidence } from '../../../shared/contract/run.ts'
import { headlineMetrics } from '../../../shared/metrics/definitions.ts'
import { evidenceSchema } from '../../../shared/contract/run.ts'
import type { Metric, TaskEvidence } from '../../../shared/contract/evidence.ts'

export const sha = (digit: string): string => digit.repeat(64)

export const metric = (value: number, half: number, n = 6980): Metric => ({
  value,
  low: value - half,
  high: value + half,
  n,
  method: 'Wilson score',
})

export const undefinedMetric = (reason: string): Metric => ({
  value: null,
  low: null,
  high: null,
  n: 0,
  method: null,
  reason,
})

const steps = (n: number): number[] => Array.from({ length: n }, (_, k) => k / (n - 1))
const tenEdges = Array.from({ length: 11 }, (_, k) => k / 10)

const calibration = {
  bins: tenEdges.slice(1).map((high, k) => ({
    low: tenEdges[k]!,
    high,
    n: k === 9 ? 0 : 698,
    meanPredicted: k === 9 ? null : high - 0.05,
    observed: k === 9 ? undefinedMetric('the bin is empty') : metric(Math.max(0.02, high - 0.08), 0.02, 698),
  })),
}

const roc = {
  fpr: steps(60),
  tpr: steps(60).map((x) => x ** 0.35),
  threshold: steps(60).map((x, k) => (k === 0 ? null : 1 - x)),
  exactPoints: 3_120,
}

export const binaryDetail = (positive = 'yes', negative = 'no'): TaskEvidence => ({
  kind: 'binary',
  positive,
  negative,
  threshold: 0.5,
  confusion: {
    labels: [negative, positive],
    counts: [
      [4600, 520],
      [610, 1250],
    ],
  },
  roc,
  pr: {
    recall: steps(60),
    precision: steps(60).map((x) => 0.95 - 0.65 * x ** 2),
    threshold: steps(60),
    exactPoints: 60,
  },
  calibration,
  scores: {
    edges: tenEdges,
    series: [
      { label: negative, counts: [1900, 1100, 700, 500, 400, 220, 140, 90, 50, 20] },
      { label: positive, counts: [40, 80, 120, 170, 200, 250, 280, 300, 260, 160] },
    ],
  },
  thresholds: {
    threshold: steps(101),
    precision: steps(101).map((x) => (x === 1 ? null : 0.3 + 0.6 * x)),
    recall: steps(101).map((x) => 1 - x ** 2),
    f1: steps(101).map((x) => 0.45 + 0.5 * x * (1 - x)),
    accuracy: steps(101).map((x) => 0.5 + 0.3 * x),
    selectionRate: steps(101).map((x) => 1 - x),
  },
})

export const multiclassDetail = (names: readonly string[] = ['setosa', 'versicolor', 'virginica']): TaskEvidence => ({
  kind: 'multiclass',
  classes: names.map((label, k) => ({
    label,
    support: 400 + k,
    predicted: 390 + k,
    metrics: {
      precision: metric(0.91, 0.021),
      recall: metric(0.87, 0.034),
      f1: metric(0.89, 0.025),
      roc_auc: k === 0 ? undefinedMetric('the class is absent') : metric(0.97, 0.011),
    },
    roc: null,
    calibration: null,
  })),
  confusion: { labels: [...names], counts: names.map((_, i) => names.map((_, j) => (i === j ? 360 : (i + j) % 7))) },
  confidence: {
    edges: tenEdges,
    series: [
      { label: 'right', counts: [0, 0, 0, 20, 60, 90, 140, 210, 300, 420] },
      { label: 'wrong', counts: [0, 0, 5, 30, 45, 40, 30, 20, 10, 4] },
    ],
  },
  calibration,
})

export const regressionDetail = (): TaskEvidence => ({
  kind: 'regression',
  residuals: {
    edges: Array.from({ length: 21 }, (_, k) => (k - 10) * 12_000),
    series: [
      {
        label: 'rows',
        counts: Array.from({ length: 20 }, (_, k) => Math.round(900 * Math.exp(-(((k - 10) / 4) ** 2)))),
      },
    ],
  },
  byPrediction: Array.from({ length: 10 }, (_, k) => ({
    n: 698,
    predictionLow: 80_000 + k * 40_000,
    predictionHigh: 120_000 + k * 40_000,
    predictionMean: 100_000 + k * 40_000,
    targetMean: metric(98_500 + k * 41_000, 3_200 + k * 900, 698),
    residualQuantiles: [-41_000 - k * 2_000, -12_000, 1_200 - k * 400, 14_000, 52_000 + k * 4_000],
  })),
  residualQuantiles: { probability: [0.05, 0.25, 0.5, 0.75, 0.95], value: [-52_310, -14_220, 310.5, 15_900, 71_200] },
})

const taskMetrics = {
  binary: {
    accuracy: metric(0.8382, 0.0087),
    roc_auc: metric(0.8414, 0.0102),
    mcc: undefinedMetric('no positive labels'),
  },
  multiclass: {
    accuracy: metric(0.9021, 0.0169),
    f1_macro: metric(0.8874, 0.0191),
    mcc: undefinedMetric('one class only'),
  },
  multilabel: { f1_micro: metric(0.7411, 0.0124), hamming_loss: metric(0.0921, 0.0043) },
  ranking: { ndcg: metric(0.6214, 0.0138), mrr: metric(0.5412, 0.0177) },
  regression: { rmse: metric(48_211.4, 1_320), r2: metric(0.7712, 0.0134), mape: undefinedMetric('a target is zero') },
} as const

const definition = (title: string) => ({
  title,
  definition: `What ${title} is, in a sentence that is long enough to wrap in a table on a printed page.`,
  source: 'Hand and Till 2001, Machine Learning 45, 171–186, http://example.org/paper',
  better: 'higher' as const,
  unit: 'fraction' as const,
})

/** @param change Parts of the document to replace; the whole is parsed, so that a test cannot use what is not valid. */
export function makeEvidence(
  detail: TaskEvidence = binaryDetail(),
  change: Partial<Record<keyof Evidence, unknown>> = {},
): Evidence {
  const task = detail.kind
  const metrics = taskMetrics[task]
  const classes =
    detail.kind === 'binary' || detail.kind === 'multiclass'
      ? detail.confusion.labels
      : detail.kind === 'multilabel'
        ? detail.classes.map((entry) => entry.label)
        : []
  return evidenceSchema.parse({
    schema: 'assay.evidence/1',
    createdAt: '2024-02-29T09:15:00.000Z',
    run: {
      id: 'run_0123456789abcdef',
      createdAt: '2024-02-29T09:14:00.000Z',
      scoresSha256: sha('5'),
      device: 'webgpu',
      batchRows: 4096,
      threads: 2,
      elapsedMs: 61_400,
      rowsPerSecond: 11_471,
      parity: 2.4e-7,
    },
    dataset: {
      id: 'ds_0123456789abcdef',
      name: 'Telco churn',
      rows: 7043,
      fileName: 'telco churn.csv',
      sourceSha256: sha('1'),
      dataSha256: sha('2'),
      dialect: {
        delimiter: ';',
        quote: '"',
        encoding: 'utf-8',
        bom: true,
        newline: '\r\n',
        decimal: ',',
        headerLines: 1,
        missing: ['NA', '?'],
      },
      target: 'Churn',
      columns: [
        { name: 'customerID', type: 'string', role: 'id', protected: false, missing: 0 },
        { name: 'gender', type: 'string', role: 'feature', protected: true, missing: 0 },
        { name: 'TotalCharges', type: 'float', role: 'feature', protected: false, missing: 11 },
        { name: 'Churn', type: 'string', role: 'target', protected: false, missing: 63 },
      ],
    },
    model: {
      versionId: 'mv_0123456789abcdef',
      name: 'Churn forest',
      version: 3,
      fileName: 'forest.onnx',
      sha256: sha('3'),
      servedSha256: sha('4'),
      producer: 'skl2onnx 1.17',
      opsets: [
        { domain: '', version: 17 },
        { domain: 'ai.onnx.ml', version: 3 },
      ],
      parameters: 18_204,
      binding: {
        inputs: [
          { kind: 'matrix', input: 'X', columns: ['gender', 'TotalCharges'] },
          { kind: 'constant', input: 'bias', value: 1 },
        ],
        output: {
          task,
          score: ['probabilities'],
          label: 'label',
          transform: 'softmax',
          classes,
          positive: detail.kind === 'binary' ? detail.positive : null,
        },
        missingText: '',
        fixedBatch: null,
      },
      bindingSha256: sha('6'),
    },
    software: { assay: '0.1.0', node: '24.21.0', onnxruntime: '1.30.0', duckdb: '1.5.6', platform: 'linux x64' },
    task,
    rows: { total: 7043, used: 6980, excluded: [{ reason: 'no target', n: 63 }] },
    confidence: 0.95,
    seed: 20_240_229,
    headline: headlineMetrics[task],
    metrics,
    detail,
    definitions: Object.fromEntries(Object.keys(metrics).map((key) => [key, definition(key.toUpperCase())])),
    findings: [
      {
        code: 'dataset/constant-column',
        severity: 'note',
        message: 'The column "Senior" is constant.',
        remedy: 'Leave it out.',
      },
      {
        code: 'evaluation/one-class',
        severity: 'error',
        message: 'Every row has the class "no".',
        remedy: 'Use another dataset.',
      },
      {
        code: 'evaluation/rows-excluded',
        severity: 'warning',
        message: '63 of 7043 rows are left out: no target.',
        remedy: 'Numbers below are for the other rows only.',
      },
    ],
    ...change,
  })
}
