/** Names of things as the window and the report write them. */
import { columnTypeSchema, roleSchema, taskSchema } from '../contract/dataset.ts'
import type { Task } from '../contract/dataset.ts'
import type { EvidenceFinding, MetricDefinition } from '../contract/evidence.ts'
import type { DeviceName, RunState } from '../contract/run.ts'

export const columnTypes = columnTypeSchema.options
export const roles = roleSchema.options
export const tasks = taskSchema.options

const metricTitles: Readonly<Record<string, string>> = {
  roc_auc: 'ROC AUC',
  roc_auc_ovr: 'ROC AUC, one against rest',
  roc_auc_ovo: 'ROC AUC, one against one',
  average_precision: 'Average precision',
  brier_score: 'Brier score',
  log_loss: 'Log loss',
  mcc: 'Matthews correlation',
  f1: 'F1',
  f1_macro: 'F1, macro',
  mae: 'MAE',
  rmse: 'RMSE',
  mse: 'MSE',
  r2: 'R²',
  mape: 'MAPE',
  smape: 'SMAPE',
  ece: 'Expected calibration error',
  ks: 'KS statistic',
}

/** A metric's name for people where its definition, which has a title, is not at hand. */
export function metricTitle(key: string): string {
  const known = metricTitles[key.toLowerCase()]
  if (known) return known
  if (/[A-Z ]/.test(key)) return key
  const words = key.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const deviceTitles: Readonly<Record<DeviceName | 'auto', string>> = {
  auto: 'Fastest available',
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  tensorrt: 'TensorRT',
  directml: 'DirectML',
  coreml: 'CoreML',
}
export const deviceTitle = (device: DeviceName | 'auto'): string => deviceTitles[device]

const taskTitles: Readonly<Record<Task, string>> = {
  binary: 'Binary',
  multiclass: 'Multiclass',
  multilabel: 'Multilabel',
  regression: 'Regression',
  ranking: 'Ranking',
}
export const taskTitle = (task: Task | null): string => (task === null ? 'No task' : taskTitles[task])

const stateTitles: Readonly<Record<RunState, string>> = {
  scoring: 'Scoring',
  interrupted: 'Interrupted',
  cancelled: 'Cancelled',
  failed: 'Failed',
  scored: 'Scored',
  evaluated: 'Evaluated',
}
export const stateTitle = (state: RunState): string => stateTitles[state]

const severityTitles: Readonly<Record<EvidenceFinding['severity'], string>> = {
  error: 'Error',
  warning: 'Warning',
  note: 'Note',
}
export const severityTitle = (severity: EvidenceFinding['severity']): string => severityTitles[severity]

const betterTitles: Readonly<Record<MetricDefinition['better'], string>> = {
  higher: 'higher',
  lower: 'lower',
  zero: 'nearer to zero',
  none: '—',
}
/** Which way a metric is better. */
export const betterTitle = (better: MetricDefinition['better']): string => betterTitles[better]
