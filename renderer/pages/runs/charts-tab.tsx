/** The charts of each task. Specs are made once for a document, so that a chart is drawn again only when it changes. */
import { useMemo } from 'react'
import type {
  BinaryEvidence,
  MulticlassEvidence,
  RankingEvidence,
  RegressionEvidence,
} from '../../../shared/contract/evidence.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { Empty } from '../../components/states.tsx'
import { byPredictionSpec, residualBandsSpec } from '../../charts/by-prediction.ts'
import { byStrengthSpec } from '../../charts/by-strength.ts'
import { calibrationSpec } from '../../charts/calibration.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { histogramSpec } from '../../charts/histogram.ts'
import { prSpec } from '../../charts/pr.ts'
import { residualQuantilesSpec } from '../../charts/residual-quantiles.ts'
import { rocSpec } from '../../charts/roc.ts'
import type { ChartSpec } from '../../charts/spec.ts'

const binarySpecs = (detail: BinaryEvidence, { metrics }: Evidence): readonly ChartSpec[] => [
  ...(detail.roc ? [rocSpec(detail.roc, metrics['roc_auc'], detail.positive)] : []),
  ...(detail.pr ? [prSpec(detail.pr, metrics['average_precision'], detail.positive)] : []),
  ...(detail.calibration
    ? [
        calibrationSpec(
          detail.calibration,
          'Calibration',
          `Predicted probability of “${detail.positive}” against how often it is.`,
        ),
      ]
    : []),
  ...(detail.scores
    ? [
        histogramSpec(detail.scores, {
          title: 'Scores by actual class',
          note: `Probability of “${detail.positive}”. The less the two overlap, the better they are told apart.`,
          x: `Probability of ${detail.positive}`,
        }),
      ]
    : []),
]

const multiclassSpecs = (detail: MulticlassEvidence): readonly ChartSpec[] => [
  ...(detail.confidence
    ? [
        histogramSpec(detail.confidence, {
          title: 'Confidence',
          note: 'Probability given to the predicted class, for right and wrong predictions.',
          x: 'Probability of the predicted class',
        }),
      ]
    : []),
  ...(detail.calibration
    ? [
        calibrationSpec(
          detail.calibration,
          'Calibration',
          'Probability of the predicted class against how often it is right.',
        ),
      ]
    : []),
]

const regressionSpecs = (detail: RegressionEvidence): readonly ChartSpec[] => [
  histogramSpec(detail.residuals, {
    title: 'Residuals',
    note: 'Target minus prediction. Right of zero the model predicts too little.',
    x: 'Target minus prediction',
  }),
  byPredictionSpec(detail.byPrediction),
  residualBandsSpec(detail.byPrediction),
  residualQuantilesSpec(detail.residualQuantiles),
]

const rankingSpecs = ({ cutoffs, ndcg }: RankingEvidence): readonly ChartSpec[] => [
  ...(
    [
      ['ndcg', 'NDCG', 'Discounted gain of the first rows over that of the best order, averaged over queries.'],
      ['precision', 'Precision', 'Of the first rows, the share that is relevant, averaged over queries.'],
      ['recall', 'Recall', 'Of the relevant rows, the share found among the first, averaged over queries.'],
      ['hit_rate', 'Hit rate', 'Share of queries with a relevant row among the first.'],
    ] as const
  ).map(([key, title, note]) =>
    byStrengthSpec(
      cutoffs.k.map((k, at) => ({ strength: k, metric: cutoffs[key][at]! })),
      {
        title: `${title} by cut-off`,
        note: `${note} Bars are 95 % intervals.`,
        x: 'First rows of a query',
        y: title,
        unchanged: null,
      },
    ),
  ),
  histogramSpec(ndcg, {
    title: 'Queries by NDCG',
    note: 'How well each query is ordered: 1 is the best order.',
    x: 'NDCG',
    y: 'Queries',
  }),
]

const specsOf = (evidence: Evidence): readonly ChartSpec[] => {
  const { detail } = evidence
  switch (detail.kind) {
    case 'binary':
      return binarySpecs(detail, evidence)
    case 'multiclass':
      return multiclassSpecs(detail)
    case 'multilabel':
      return [
        histogramSpec(detail.labelsPerRow, {
          title: 'Labels a row',
          note: `How many labels rows have, and how many they are given at the threshold ${String(detail.threshold)}.`,
          x: 'Labels',
        }),
      ]
    case 'regression':
      return regressionSpecs(detail)
    case 'ranking':
      return rankingSpecs(detail)
  }
}

export const ChartsTab = ({ evidence }: { readonly evidence: Evidence }) => {
  const specs = useMemo(() => specsOf(evidence), [evidence])
  if (specs.length === 0) {
    return (
      <Empty icon="runs" title="This model gives labels only">
        Curves, calibration and score histograms need a score for each row.
      </Empty>
    )
  }
  return (
    <div className="charts">
      <h2 className="visually-hidden">Charts</h2>
      {specs.map((spec) => (
        <ChartFrame key={spec.title} spec={spec} />
      ))}
    </div>
  )
}
