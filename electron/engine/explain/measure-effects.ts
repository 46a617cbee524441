/** What scoring the model again says of its columns: permutation importance, effects of moved columns, a surrogate tree. */
import type { Explanation, ExplainedOutput } from '../../../shared/contract/explain.ts'
import { growSurrogate } from '../../../shared/explain/surrogate.ts'
import type { Surrogate, SurrogateColumn } from '../../../shared/explain/surrogate.ts'
import type { Attributed, Wish } from './attribute-rows.ts'
import { columnEffects } from './effects.ts'
import { fedColumns } from '../../../shared/explain/given-rows.ts'
import { readEvenly } from './read-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { permutationImportance, truthOf } from './importance.ts'
import { measureFriedman, measureQuality } from './measure-quality.ts'
import { openExplainer } from './open-explainer.ts'
import { openPredictor } from './predictor.ts'
import { rounded } from '../../../shared/explain/mean-metric.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

/** Rows that are shuffled and moved. */
const effectRows = 20_000
const effectColumns = 8

/** Background rows for the tests of the attributions. */
const testRows = 200

export async function measureEffects(
  wish: Wish,
  found: Attributed,
  outputs: readonly ExplainedOutput[],
): Promise<Pick<Explanation, 'importance' | 'effects' | 'surrogate' | 'friedman' | 'quality'>> {
  const { engine, subject, reference, request, scorer, context } = wish
  const { players } = found
  const predictor = await openPredictor(engine, subject, scorer)
  const target = subject.dataset.columns.find((column) => column.role === 'target')
  const fed = fedColumns(subject.version, subject.binding)
  const read = [...fed, ...(target ? [{ name: target.name, as: 'string' as const }] : [])]
  const all = await readEvenly(engine, subject.dataset, read, effectRows)
  const given: GivenRows = { ...all, columns: all.columns.slice(0, fed.length) }
  const importance = target
    ? await permutationImportance({
        subject,
        dataset: subject.dataset,
        predictor,
        players,
        sizes: sizesOf(outputs, players.length),
        exact: found.reference !== null,
        given,
        truth: truthOf(subject, all.columns.at(-1)!.values as (string | null)[]),
        seed: request.seed,
        context,
      })
    : null
  // The output with the largest attributions; for a binary model or a regression there is one.
  const sizes = outputs.map((output) => output.features.reduce((sum, { meanAbs }) => sum + (meanAbs.value ?? 0), 0))
  const output = sizes.indexOf(Math.max(...sizes))
  const wanted = outputs[output]!.features.filter(({ meanAbs }) => (meanAbs.value ?? 0) > 0).map(({ player }) => player)
  const effects = await columnEffects({
    predictor,
    players,
    wanted: wanted.slice(0, effectColumns),
    output,
    given,
    context,
  })
  const scores = (await predictor.predict(given.columns, given.rows, context.signal))[output]!
  const surrogate = roundSurrogate(growSurrogate(surrogateColumns(given), scores))
  const explainer = await openExplainer({
    engine,
    subject,
    scorer,
    predictor,
    explained: { method: found.method, seed: request.seed },
    exact: found.reference,
    reference,
    signal: context.signal,
  })
  try {
    const test = {
      predictor,
      explainer,
      dataset: subject.dataset,
      columns: subject.columns,
      players,
      output,
      isSampled: found.sampling !== null,
      given,
      background: await readEvenly(engine, reference, fed, testRows),
      seed: request.seed,
      context,
    }
    const friedman = request.interactions ? await measureFriedman(test, wanted) : null
    return { importance, effects, surrogate, friedman, quality: await measureQuality(test) }
  } finally {
    await explainer.close()
  }
}

/** Mean size of each player's attribution, summed over the outputs. */
function sizesOf(outputs: readonly ExplainedOutput[], players: number): Float64Array {
  const sizes = new Float64Array(players)
  for (const { features } of outputs) for (const { player, meanAbs } of features) sizes[player]! += meanAbs.value ?? 0
  return sizes
}

function surrogateColumns(given: GivenRows): SurrogateColumn[] {
  return given.columns.flatMap(({ name, as, values }): SurrogateColumn[] => {
    if (as === 'blob') return []
    if (as === 'string') return [{ name, values: values as (string | null)[], isNumber: false }]
    return [{ name, values: mapTo(Float64Array, values as ArrayLike<number | bigint>, Number), isNumber: true }]
  })
}

function roundSurrogate(tree: Surrogate | null): Explanation['surrogate'] {
  if (!tree) return null
  const { value, low, high } = tree.fidelity
  return {
    fidelity: { ...tree.fidelity, value: rounded(value!), low: rounded(low!), high: rounded(high!) },
    depth: tree.depth,
    nodes: tree.nodes.map((node) => ({ ...node, mean: rounded(node.mean) })),
  }
}
