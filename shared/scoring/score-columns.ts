/** The columns in which a run's scores are kept. */
import type { ModelVersion, OutputBinding } from '../contract/model.ts'
import type { StreamedColumn } from './columns.ts'
import { isStoredWide, namesOfScores, scoreWidth } from './outputs.ts'

export interface ScoreShape {
  readonly output: OutputBinding
  /** Whether scores are stored as float64. */
  readonly wide: boolean
}

/** Float32 where the model gives float32 and nothing is computed from it. */
export function scoreShape(version: Pick<ModelVersion, 'outputs'>, output: OutputBinding): ScoreShape {
  const fromModel = version.outputs.some(
    (entry) => output.score?.includes(entry.name) && entry.elementType !== 'float32',
  )
  return { output, wide: isStoredWide(output, fromModel) }
}

/** Names of the columns of scores in a run's chunks, in the order of the classes; empty where the model gives labels alone. */
export function scoreColumnNames(output: Pick<OutputBinding, 'score' | 'task' | 'classes'>): string[] {
  return namesOfScores(scoreWidth(output))
}

/** The columns that a run's chunks hold. */
export function scoreColumns({ output, wide }: ScoreShape): StreamedColumn[] {
  const as = wide ? ('double' as const) : ('float' as const)
  return [
    ...scoreColumnNames(output).map((name) => ({ name, as })),
    ...(output.label === null ? [] : [{ name: 'label', as: 'string' as const }]),
  ]
}
