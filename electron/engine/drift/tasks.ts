/** What a drift worker is asked, one task at a time, and what it answers. */
import type { AssayErrorData } from '../../../shared/contract/errors.ts'
import { classifyDomain } from '../../../shared/drift/domain-classifier.ts'
import { compareCategories, compareNumbers } from '../../../shared/drift/compare-column.ts'
import type { CategoryColumn, CompareSettings } from '../../../shared/drift/compare-column.ts'
import { errorsOfPredictions, labelsGivenScores } from '../../../shared/drift/concept-drift.ts'
import { NumberChunks } from '../../../shared/drift/chunk-column.ts'
import { compareImages } from '../../../shared/drift/content/compare-images.ts'
import { compareTexts } from '../../../shared/drift/content/compare-texts.ts'
import { measureImage } from '../../../shared/drift/content/measure-image.ts'
import { estimateClassification } from '../../../shared/drift/estimate-classification.ts'
import type { LabelledScores } from '../../../shared/drift/estimate-classification.ts'
import { estimateMulticlass } from '../../../shared/drift/estimate-multiclass.ts'
import type { ScoredClasses } from '../../../shared/drift/estimate-multiclass.ts'
import { estimateRegression } from '../../../shared/drift/estimate-regression.ts'
import type { PredictedValues } from '../../../shared/drift/estimate-regression.ts'
import type { FeatureSample } from '../../../shared/drift/feature-sample.ts'
import { meanDiscrepancy } from '../../../shared/drift/maximum-mean-discrepancy.ts'
import { reconstruct } from '../../../shared/drift/pca-reconstruction.ts'
import { chunkOfRows } from './timeline.ts'
import type { WorkerChunks } from './timeline.ts'

interface NumbersTask {
  readonly reference: Float64Array
  readonly current: Float64Array
  readonly chunks: { readonly reference: WorkerChunks; readonly current: WorkerChunks } | null
  readonly settings: CompareSettings
}

/** One line a task: each is a pure function of what can be cloned between threads. */
export const tasks = {
  numbers: ({ reference, current, chunks, settings }: NumbersTask) =>
    compareNumbers(
      {
        reference,
        current,
        chunks: chunks && new NumberChunks(chunkOfRows(chunks.reference), chunkOfRows(chunks.current)),
      },
      settings,
    ),
  categories: ({ column, settings }: { readonly column: CategoryColumn; readonly settings: CompareSettings }) =>
    compareCategories(column, settings),
  texts: (input: {
    readonly reference: readonly string[]
    readonly current: readonly string[]
    readonly seed: number
  }) => compareTexts(input.reference, input.current, input.seed),
  measureImages: ({ images }: { readonly images: readonly Uint8Array[] }) => images.map(measureImage),
  images: (input: { readonly reference: Float64Array; readonly current: Float64Array; readonly seed: number }) =>
    compareImages(input.reference, input.current, input.seed),
  domain: ({ sample, seed }: { readonly sample: FeatureSample; readonly seed: number }) => classifyDomain(sample, seed),
  discrepancy: ({ sample, seed }: { readonly sample: FeatureSample; readonly seed: number }) =>
    meanDiscrepancy(sample, seed),
  pca: ({ sample }: { readonly sample: FeatureSample }) => reconstruct(sample),
  classification: (input: {
    readonly reference: LabelledScores
    readonly current: LabelledScores
    readonly threshold: number | null
    readonly seed: number
  }) => estimateClassification(input.reference, input.current, input.threshold, input.seed),
  multiclass: (input: { readonly reference: ScoredClasses; readonly current: ScoredClasses; readonly seed: number }) =>
    estimateMulticlass(input.reference, input.current, input.seed),
  regression: ({ reference, current }: { readonly reference: PredictedValues; readonly current: PredictedValues }) =>
    estimateRegression(reference, current),
  labels: ({ reference, current }: { readonly reference: LabelledScores; readonly current: LabelledScores }) =>
    labelsGivenScores(reference, current),
  errors: ({ reference, current }: { readonly reference: PredictedValues; readonly current: PredictedValues }) =>
    errorsOfPredictions(reference, current),
}
export type Tasks = typeof tasks
export type TaskName = keyof Tasks
export type TaskInput<N extends TaskName> = Parameters<Tasks[N]>[0]
export type TaskResult<N extends TaskName> = ReturnType<Tasks[N]>

export interface TaskMessage<N extends TaskName = TaskName> {
  readonly name: N
  readonly input: TaskInput<N>
}
export type TaskAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: AssayErrorData | null; readonly message: string }
