/** What the numbers of an operating point mean, beside those that the evaluation defines itself. */
import type { MetricDefinition } from '../contract/evidence.ts'

export const decisionDefinitions: Readonly<Record<string, MetricDefinition>> = {
  lift: {
    title: 'Lift',
    definition:
      'Precision over prevalence: how many times as many positive rows as a random choice of as many rows finds.',
    source: 'Piatetsky-Shapiro and Steingold 2000',
    better: 'higher',
    unit: 'none',
  },
  net_benefit: {
    title: 'Net benefit',
    definition:
      'True positives a row, less false positives at the rate at which the threshold p trades them: TP/n − FP/n · p/(1 − p). Selecting no row has 0.',
    source: 'Vickers and Elkin 2006',
    better: 'higher',
    unit: 'none',
  },
  value: {
    title: 'Value a row',
    definition: 'Mean over rows of what a row of its kind is worth by the payoff that was given.',
    source: 'Elkan 2001',
    better: 'higher',
    unit: 'none',
  },
}
