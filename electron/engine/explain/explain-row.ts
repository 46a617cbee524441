/** One row in detail, as it is or with some values changed. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RowExplanation } from '../../../shared/contract/explain.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { spaceNote } from '../../../shared/explain/graph/explained-outputs.ts'
import { reasonsInWords } from '../../../shared/explain/reasons.ts'
import { valueText } from '../../../shared/explain/value-text.ts'
import type { Engine } from '../engine.ts'
import { readDataset } from '../records.ts'
import { sampledBackground } from './attribute-rows.ts'
import { noExplanation } from './explanation-store.ts'
import { readEvenly, readRow } from './read-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { withLocalSession } from './local-session.ts'
import type { LocalSession } from './local-session.ts'
import { explainBySampling } from '../../../shared/explain/sampling/sampled-rows.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

/** Values as text by column; null for a missing value. */
export type Changes = Readonly<Record<string, string | null>>

/** @throws AssayError explain/none, explain/no-such-row, explain/no-such-column, explain/bad-value */
export async function explainRow(engine: Engine, id: RunId, row: number, changes: Changes): Promise<RowExplanation> {
  return withLocalSession(engine, id, async (session) => {
    const { subject, explanation } = session
    if (!explanation) throw noExplanation(id)
    const target = subject.dataset.columns.find((column) => column.role === 'target')
    const given = changeValues(await readRow(engine, subject.dataset, session.columns, row), changes)
    const scores = await session.predictor.predictAll(given.columns, 1)
    const found = session.exact ? await exactly(session, given) : await bySampling(engine, session, given)
    const texts = valueTexts(given)
    const { binding } = subject
    const names = givesOneNumber(binding.output.task) ? ['prediction'] : binding.output.classes
    return {
      row,
      space: explanation.space,
      spaceNote: spaceNote(explanation.space),
      target: target
        ? ((await readRow(engine, subject.dataset, [{ name: target.name, as: 'string' }], row)).columns[0]!
            .values[0] as string | null)
        : null,
      outputs: explanation.outputs.map(({ name }, k) => {
        const parts = explanation.players
          .map((player, p) => ({
            player: p,
            name: player.name,
            value: player.columns.map((column) => texts.get(column) ?? '').join(', '),
            attribution: found.values[k * explanation.players.length + p]!,
            standardError: found.errors ? found.errors[k * explanation.players.length + p]! : null,
          }))
          .sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution) || a.player - b.player)
        return {
          name,
          base: found.base[k]!,
          margin: found.margins[k]!,
          parts,
          words: reasonsInWords(parts, name, explanation.space),
        }
      }),
      scores: names.map((name, k) => ({ name, score: finite(scores[k]?.[0]) })),
    }
  })
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null

interface Found {
  readonly base: Float64Array
  readonly margins: Float64Array
  /** Output k, player p at k × players + p. */
  readonly values: Float64Array
  readonly errors: Float64Array | null
}

async function exactly(session: LocalSession, given: GivenRows): Promise<Found> {
  const { core, front, pool, base } = session.exact!
  const inputs = front.task ? await frontInputs(session, given) : directInputs(session, given)
  const wide = core.kind === 'linear' || core.ensemble.wide
  const columns = inputs.map((value) => (wide ? Float64Array.of(value) : Float32Array.of(value)))
  const { values, margins } = await pool.explain({ rows: 1, columns })
  return { base, margins, values, errors: null }
}

async function frontInputs({ scorer, exact }: LocalSession, given: GivenRows): Promise<number[]> {
  const answer = await scorer.ask(
    { type: 'predict', task: exact!.front.task!, rows: 1, columns: [...given.columns] },
    'predicted',
  )
  return answer.scores!.map((column) => column[0]!)
}

function directInputs({ exact }: LocalSession, given: GivenRows): number[] {
  return exact!.front.direct!.map(({ name }) => {
    const column = given.columns.find((entry) => entry.name === name)!
    return Number(column.values[0])
  })
}

async function bySampling(engine: Engine, session: LocalSession, given: GivenRows): Promise<Found> {
  const { subject, explanation, predictor, columns } = session
  const { method, seed } = explanation!
  const reference = readDataset(engine.workspace.ledger, explanation!.reference.datasetId)
  const found = await explainBySampling({
    method: method === 'exact' || method === 'kernel' ? method : 'permutation',
    names: predictor.names,
    predict: predictor.predict,
    columns: subject.columns,
    rows: given,
    background: await readEvenly(engine, reference, columns, sampledBackground),
    seed,
  })
  return { base: found.base, margins: found.scores, values: found.values, errors: found.errors }
}

export function valueTexts(given: GivenRows): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { name, values } of given.columns) {
    const value = values[0] as unknown
    if (texts.has(name) && typeof value !== 'string') continue
    texts.set(name, valueText(value))
  }
  return texts
}

/** @throws AssayError explain/no-such-column, explain/bad-value */
export function changeValues(given: GivenRows, changes: Changes): GivenRows {
  for (const name of Object.keys(changes)) {
    if (given.columns.some((column) => column.name === name)) continue
    throw new AssayError({
      code: 'explain/no-such-column',
      message: `The model takes no column "${name}".`,
      remedy: `It takes ${given.columns
        .slice(0, 10)
        .map((column) => column.name)
        .join(', ')}.`,
      where: { column: name },
    })
  }
  return {
    ...given,
    columns: given.columns.map((column): GivenColumn => {
      const change = changes[column.name]
      return change === undefined ? column : { ...column, values: oneValue(column, change) }
    }),
  }
}

function oneValue(column: GivenColumn, text: string | null): GivenColumn['values'] {
  if (column.as === 'string') return [text]
  const number = text === null ? NaN : Number(text)
  const isWhole = column.as === 'bigint'
  if ((text !== null && (text.trim() === '' || !Number.isFinite(number))) || (isWhole && !Number.isInteger(number))) {
    throw new AssayError({
      code: 'explain/bad-value',
      message: `"${text ?? 'missing'}" is not a ${isWhole ? 'whole ' : ''}number; the model takes one in "${column.name}".`,
      remedy: isWhole ? 'Give a whole number.' : 'Give a number, or leave the value missing.',
      where: { column: column.name },
    })
  }
  if (isWhole) return BigInt64Array.of(BigInt(number))
  return column.as === 'float' ? Float32Array.of(number) : Float64Array.of(number)
}
