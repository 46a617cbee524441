/**
 * What the worker thread can compute besides an evaluation: one line an analysis. Each is a pure function of what can be
 * cloned between threads; `progress` tells the engine how far it is.
 */
import { analyseCalibration } from '../../../shared/calibration/analyse-calibration.ts'
import { compareContenders } from '../../../shared/comparison/compare-contenders.ts'
import { trainBaselines } from '../../../shared/comparison/trained-baselines.ts'
import { cumulativeCountsOf } from '../../../shared/decision/cumulative-counts.ts'
import { analyseFairness } from '../../../shared/fairness/analyse-fairness.ts'
import { searchSlices } from '../../../shared/slices/search-slices.ts'
import { windowMetrics } from '../monitor/window-metrics.ts'

export const analyses = {
  calibration: analyseCalibration,
  compare: compareContenders,
  'cumulative counts': cumulativeCountsOf,
  fairness: analyseFairness,
  slices: searchSlices,
  'trained baselines': trainBaselines,
  'window metrics': windowMetrics,
}
export type Analyses = typeof analyses
export type AnalysisName = keyof Analyses

export interface AnalysisRequest<N extends AnalysisName = AnalysisName> {
  readonly analysis: N
  readonly input: Parameters<Analyses[N]>[0]
}

export interface AnalysisProgress {
  readonly progress: { readonly done: number; readonly total: number }
}
