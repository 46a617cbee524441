import type { EvidenceFinding, Metrics } from '../../../shared/contract/evidence.ts'
import { formatNumber } from '../../../shared/format/number.ts'

/** A model that knows something and says the opposite, or speaks in another unit: most often a binding, not a model. */
export function worseThanChance(metrics: Metrics): EvidenceFinding | null {
  const ranking = metrics['roc_auc'] ?? metrics['roc_auc_ovr']
  if (typeof ranking?.high === 'number' && ranking.high < 0.5) {
    return {
      code: 'evaluation/worse-than-chance',
      severity: 'warning',
      message: `The scores rank the classes worse than chance: the area under the ROC curve is at most ${formatNumber(ranking.high)}.`,
      remedy: 'Check the order of the class names in the binding, and which class is called positive.',
      where: { metric: metrics['roc_auc'] ? 'roc_auc' : 'roc_auc_ovr' },
    }
  }
  const explained = metrics['r2']
  if (typeof explained?.high !== 'number' || explained.high >= 0) return null
  return {
    code: 'evaluation/worse-than-chance',
    severity: 'warning',
    message: `The predictions are worse than the mean of the target: r2 is at most ${formatNumber(explained.high)}.`,
    remedy: 'Check that the model predicts this column, in its unit: not its logarithm, nor a scaled value.',
    where: { metric: 'r2' },
  }
}
