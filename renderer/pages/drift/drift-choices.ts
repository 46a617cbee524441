/** What can be chosen about a comparison of datasets, as it is typed, and the request that it makes. */
import type { Column } from '../../../shared/contract/dataset.ts'
import type {
  DriftCorrection,
  DriftPeriod,
  DriftPreset,
  DriftRequest,
  DriftWindow,
} from '../../../shared/contract/drift-request.ts'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import type { NumberRule } from '../../components/typed-number.ts'
import { typedNumber } from '../../components/typed-number.ts'

/** How a column takes part; automatic is what its role and its values say. */
export type ColumnUse = 'automatic' | 'compared' | 'numeric' | 'categorical' | 'text' | 'left out'

export type Timeline = 'none' | 'rows' | DriftPeriod

export interface DriftChoices {
  readonly referenceId: string
  readonly currentId: string
  /** Of the predictions to compare; null for the newest that scored both, empty for none. */
  readonly versionId: string | null
  readonly preset: DriftPreset
  readonly correction: DriftCorrection
  readonly timeline: Timeline
  readonly chunks: string
  /** By column; those that are not in it are automatic. */
  readonly uses: ReadonlyMap<string, ColumnUse>
  /** Empty for the column with the role time. */
  readonly time: string
  readonly referenceFrom: string
  readonly referenceTo: string
  readonly currentFrom: string
  readonly currentTo: string
  readonly alpha: string
  readonly minimumPsi: string
  readonly splits: string
  readonly seed: string
  readonly multivariate: boolean
}

export const usualChoices = (referenceId: string, currentId: string): DriftChoices => ({
  referenceId,
  currentId,
  versionId: null,
  preset: 'assay',
  correction: 'benjamini-hochberg',
  timeline: 'none',
  chunks: '',
  uses: new Map(),
  time: '',
  referenceFrom: '',
  referenceTo: '',
  currentFrom: '',
  currentTo: '',
  alpha: '',
  minimumPsi: '',
  splits: '',
  seed: '',
  multivariate: true,
})

export const driftRules = {
  chunks: { least: 2, most: 200, whole: true },
  alpha: { least: 0, most: 0.5, open: true },
  minimumPsi: { least: 0 },
  splits: { least: 0, most: 10_000, whole: true },
  seed: { whole: true },
} as const satisfies Readonly<Record<string, NumberRule>>

/** The newest pair of scored runs of each version, reference and current; newest first. */
export const runPairs = (
  runs: readonly Run[],
  referenceId: string,
  currentId: string,
): readonly (readonly [Run, Run])[] => {
  const scored = runs.filter(({ scoresSha256 }) => scoresSha256 !== null)
  const seen = new Set<string>()
  return scored.flatMap((current) => {
    if (current.datasetId !== currentId || seen.has(current.versionId)) return []
    seen.add(current.versionId)
    const reference = scored.find((run) => run.datasetId === referenceId && run.versionId === current.versionId)
    return reference ? [[reference, current] as const] : []
  })
}

/** Whether a column is compared where nothing is said about it. */
export const byRole = ({ role, protected: isProtected }: Column): boolean =>
  isProtected || role === 'feature' || role === 'target' || role === 'prediction'

export const isCompared = (column: Column, { uses }: Pick<DriftChoices, 'uses'>): boolean => {
  const use = uses.get(column.name) ?? 'automatic'
  return use === 'automatic' ? byRole(column) : use !== 'left out'
}

const windowOf = (time: string, from: string, to: string): DriftWindow | undefined =>
  from.trim() === '' && to.trim() === ''
    ? undefined
    : {
        ...(time === '' ? {} : { column: time }),
        ...(from.trim() === '' ? {} : { from: from.trim() }),
        ...(to.trim() === '' ? {} : { to: to.trim() }),
      }

const timelineOf = ({ timeline, time }: DriftChoices, chunks: number): DriftRequest['options']['timeline'] =>
  timeline === 'none'
    ? null
    : timeline === 'rows'
      ? { by: 'rows', chunks }
      : { by: 'time', period: timeline, ...(time === '' ? {} : { column: time }) }

/**
 * @param columns of the reference
 * @param pair the runs whose predictions are compared
 * @returns null where a number is wrong or no column is left
 */
export const driftRequest = (
  choices: DriftChoices,
  columns: readonly Column[],
  pair: readonly [Run, Run] | undefined,
) => {
  const numbers = (Object.keys(driftRules) as (keyof typeof driftRules)[]).map(
    (name) => [name, typedNumber(choices[name], driftRules[name])] as const,
  )
  const compared = columns.filter((column) => isCompared(column, choices)).map(({ name }) => name)
  if (numbers.some(([, value]) => value === null) || (columns.length > 0 && compared.length === 0)) return null
  const { chunks, ...limits } = Object.fromEntries(numbers.filter(([, value]) => value !== undefined)) as Partial<
    Record<keyof typeof driftRules, number>
  >
  const named = (use: ColumnUse): { readonly [key: string]: string[] } => {
    const names = compared.filter((name) => choices.uses.get(name) === use)
    return names.length === 0 ? {} : { [use]: names }
  }
  const referenceWindow = windowOf(choices.time, choices.referenceFrom, choices.referenceTo)
  const currentWindow = windowOf(choices.time, choices.currentFrom, choices.currentTo)
  return {
    referenceId: choices.referenceId as DatasetId,
    currentId: choices.currentId as DatasetId,
    ...(pair ? { referenceRunId: pair[0].id, currentRunId: pair[1].id } : {}),
    ...(referenceWindow ? { referenceWindow } : {}),
    ...(currentWindow ? { currentWindow } : {}),
    ...(columns.some((column) => isCompared(column, choices) !== byRole(column)) ? { columns: compared } : {}),
    ...named('numeric'),
    ...named('categorical'),
    ...named('text'),
    options: {
      preset: choices.preset,
      correction: choices.correction,
      timeline: timelineOf(choices, chunks ?? 10),
      multivariate: choices.multivariate,
      ...limits,
    },
  }
}
