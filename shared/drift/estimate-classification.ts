/**
 * Performance without labels, confidence-based (CBPE): the reference says how often the event happens at each score, the
 * current rows say how many have that score, and together they give the confusion to expect. It holds as long as the
 * labels' chance given the score has not changed, which concept drift breaks and nothing but labels can show.
 *
 * Scores are calibrated on the reference by the rate in each of up to 200 bins of equal count, 25 rows or more, cut at the
 * threshold too, so that calls of positive are exact. Rates are not smoothed: their sums are unbiased, and resampling
 * them gives the error that they have.
 */
import type { PerformanceEstimate } from '../contract/drift.ts'
import { createRandom } from '../statistics/random.ts'
import { drawBinomial, drawEvents, estimatedMetric, foundMetric, replicates } from './drawn-labels.ts'
import { binRates } from './score-bins.ts'
import { countScores, scoreEdges } from './score-bins.ts'

export interface LabelledScores {
  /** Chance of the event that the model gives. */
  readonly scores: Float64Array
  /** 1 where the event happened; null without labels. */
  readonly events: Uint8Array | null
}

const names = ['accuracy', 'balanced_accuracy', 'precision', 'recall', 'specificity', 'f1', 'roc_auc'] as const
type Name = (typeof names)[number]

/** Metrics of (expected) positives and negatives in bins, of which those from `cut` on are called positive. */
function measure(positives: Float64Array, rows: Float64Array, cut: number): Record<Name, number> {
  let [truePositives, falsePositives, allPositives, all] = [0, 0, 0, 0]
  let area = 0
  let positivesBelow = 0
  let negativesBelow = 0
  for (let bin = 0; bin < rows.length; bin++) {
    const positive = positives[bin]!
    const negative = rows[bin]! - positive
    allPositives += positive
    all += rows[bin]!
    if (bin >= cut) {
      truePositives += positive
      falsePositives += negative
    }
    area += positive * (negativesBelow + negative / 2)
    positivesBelow += positive
    negativesBelow += negative
  }
  const falseNegatives = allPositives - truePositives
  const trueNegatives = all - allPositives - falsePositives
  const recall = truePositives / allPositives
  const specificity = trueNegatives / (all - allPositives)
  return {
    accuracy: (truePositives + trueNegatives) / all,
    balanced_accuracy: (recall + specificity) / 2,
    precision: truePositives / (truePositives + falsePositives),
    recall,
    specificity,
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
    roc_auc: area / (positivesBelow * negativesBelow),
  }
}

/**
 * @param reference With labels, at least 100 rows and both events present.
 * @param threshold Score at or above which a row is called positive; null measures accuracy of the model's own call,
 *   where the event is "the call is right" and the score is its confidence.
 */
export function estimateClassification(
  reference: LabelledScores,
  current: LabelledScores,
  threshold: number | null,
  seed: number,
): PerformanceEstimate {
  const bins = Math.max(2, Math.min(200, Math.floor(reference.scores.length / 25)))
  const edges = scoreEdges(reference.scores, bins, threshold)
  const cut = threshold === null ? 0 : edges.indexOf(threshold) + 1
  const known = countScores(edges, reference.scores, reference.events!)
  const now = countScores(edges, current.scores, current.events ?? undefined)
  const wanted: readonly Name[] = threshold === null ? ['accuracy'] : names
  const expectedPositives = (events: Float64Array, rows: Float64Array): Float64Array => {
    const rates = binRates(events, rows)
    return now.rows.map((count, bin) => count * rates[bin]!)
  }
  const estimate = measure(expectedPositives(known.events, known.rows), now.rows, cut)
  const spread = new Map(wanted.map((name) => [name, [] as number[]]))
  const spreadReference = new Map(wanted.map((name) => [name, [] as number[]]))
  const random = createRandom(seed)
  for (let replicate = 0; replicate < replicates; replicate++) {
    const { events, rows } = drawEvents(random, known)
    const rates = binRates(events, rows)
    const drawn = now.rows.map((count, bin) => drawBinomial(random, count, rates[bin]!))
    const there = measure(drawn, now.rows, cut)
    const again = measure(events, rows, cut)
    for (const name of wanted) {
      spread.get(name)!.push(there[name])
      spreadReference.get(name)!.push(again[name])
    }
  }
  const onReference = measure(known.events, known.rows, cut)
  const realised = current.events === null ? null : measure(now.events, now.rows, cut)
  return {
    method: `confidence-based (CBPE), rates in ${edges.length + 1} bins of the reference's scores`,
    assumption: 'The chance of the label given the score is what it was in the reference.',
    metrics: Object.fromEntries(
      wanted.map((name) => [
        name,
        {
          estimated: estimatedMetric(estimate[name], spread.get(name)!, current.scores.length, 'labels drawn'),
          reference: estimatedMetric(
            onReference[name],
            spreadReference.get(name)!,
            reference.scores.length,
            'Poisson bootstrap',
          ),
          realised: realised === null ? null : foundMetric(realised[name], current.scores.length),
        },
      ]),
    ),
  }
}
