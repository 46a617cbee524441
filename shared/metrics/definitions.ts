/** What each metric means, for whoever reads a number in the window, the report or the evidence document. */
import type { MetricDefinition } from '../contract/evidence.ts'
import { averageDefinitions, labelDefinitions } from './definitions-labels.ts'
import { regressionDefinitions } from './definitions-regression.ts'
import { scoreDefinitions } from './definitions-scores.ts'

/** One entry for every key that evaluateBinary, evaluateMulticlass (by class too) or evaluateRegression gives. */
export const metricDefinitions: Readonly<Record<string, MetricDefinition>> = {
  ...labelDefinitions,
  ...averageDefinitions,
  ...scoreDefinitions,
  ...regressionDefinitions,
}
