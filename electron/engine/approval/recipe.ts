/** The recipe of a version: the preparation of columns that its graph begins with. */
import { readFile } from 'node:fs/promises'
import type { ModelVersion } from '../../../shared/contract/model.ts'
import { fusedPreparation } from '../../../shared/onnx/fused-preparation.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import type { Engine } from '../engine.ts'
import { sha256Of } from './canonical.ts'

/** Preparation that is fused into a graph. Two versions with the same one have the same id. */
export interface Recipe {
  readonly id: string
  /** "Imputer, OneHotEncoder ×5". */
  readonly steps: string
}

/** By the hash of the graph, which never changes. */
const known = new Map<string, Recipe | null>()

/** null where the model takes its columns as they are. */
export async function recipeOf(engine: Engine, version: ModelVersion): Promise<Recipe | null> {
  const { servedSha256 } = version
  const before = known.get(servedSha256)
  if (before !== undefined) return before
  const { bytes, graph } = readModel(await readFile(engine.workspace.files.path(servedSha256)))
  const nodes = fusedPreparation(graph)
  const counts = new Map<string, number>()
  for (const { opType } of nodes) counts.set(opType, (counts.get(opType) ?? 0) + 1)
  const content = Buffer.concat(nodes.map(({ range }) => bytes.subarray(range.start, range.end)))
  const recipe =
    nodes.length === 0
      ? null
      : {
          id: `recipe ${sha256Of(content).slice(0, 16)}`,
          steps: [...counts].map(([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(', '),
        }
  known.set(servedSha256, recipe)
  return recipe
}
