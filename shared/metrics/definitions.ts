/** What each metric means, for whoever reads a number in the window, the report or the evidence document. */
import type { MetricDefinition } from '../contract/evidence.ts'
import { averageDefinitions, labelDefinitions } from './definitions-labels.ts'
import { multilabelDefinitions } from './definitions-multilabel.ts'
import { rankingDefinitions } from './definitions-ranking.ts'
import { regressionDefinitions } from './definitions-regression.ts'
import { scoreDefinitions } from './definitions-scores.ts'

/** One entry for every key that evaluateBinary, evaluateMulticlass and evaluateMultilabel (by class too), evaluateRegression or evaluateRanking gives. */
export const metricDefinitions: Readonly<Record<string, MetricDefinition>> = {
  ...labelDefinitions,
  ...averageDefinitions,
  ...multilabelDefinitions,
  ...scoreDefinitions,
  ...regressionDefinitions,
  ...rankingDefinitions,
}

/** The metric of each task that is read first. */
export const headlineMetrics = {
  binary: 'roc_auc',
  multiclass: 'accuracy',
  multilabel: 'f1_micro',
  regression: 'rmse',
  ranking: 'ndcg',
} as const

/** Besides the headline, the metrics of a comparison that a margin is most often set for. */
export const otherMarginMetrics: Readonly<Record<keyof typeof headlineMetrics, readonly string[]>> = {
  binary: ['average_precision', 'log_loss', 'brier_score', 'accuracy', 'balanced_accuracy', 'precision', 'f1', 'mcc'],
  multiclass: ['balanced_accuracy', 'f1_macro', 'f1_weighted', 'log_loss', 'mcc'],
  multilabel: [],
  regression: ['mae', 'r2', 'mape'],
  ranking: [],
}
