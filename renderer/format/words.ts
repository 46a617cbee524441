/** Names of things as the window writes them. */
import type { DeviceName, RunState } from '../../shared/contract/run.ts'
import type { Task } from '../../shared/contract/dataset.ts'

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

export const metricTitle = (key: string): string => {
  const known = metricTitles[key.toLowerCase()]
  if (known) return known
  if (/[A-Z ]/.test(key)) return key
  const words = key.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export const deviceTitle = (device: DeviceName | 'auto'): string =>
  ({
    auto: 'Fastest available',
    cpu: 'CPU',
    webgpu: 'WebGPU',
    cuda: 'CUDA',
    tensorrt: 'TensorRT',
    directml: 'DirectML',
    coreml: 'CoreML',
  })[device]

export const taskTitle = (task: Task | null): string =>
  task === null ? 'No task' : { binary: 'Binary', multiclass: 'Multiclass', regression: 'Regression' }[task]

export const stateTitle = (state: RunState): string =>
  ({
    scoring: 'Scoring',
    interrupted: 'Interrupted',
    cancelled: 'Cancelled',
    failed: 'Failed',
    scored: 'Scored',
    evaluated: 'Evaluated',
  })[state]

export const columnTypes = ['integer', 'float', 'boolean', 'string', 'date', 'timestamp', 'image'] as const
export const roles = ['feature', 'target', 'prediction', 'weight', 'id', 'time', 'ignored'] as const
export const tasks = ['binary', 'multiclass', 'regression'] as const
