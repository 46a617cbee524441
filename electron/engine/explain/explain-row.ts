/** One row in detail, as it is or with some values changed. */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { RowExplanation } from '../../../shared/contract/explain-row.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { spaceNote } from '../../../shared/explain/graph/explained-outputs.ts'
import { reasonsInWords } from '../../../shared/explain/reasons.ts'
import { valueText } from '../../../shared/explain/value-text.ts'
import type { Engine } from '../engine.ts'
import { noExplanation } from './explanation-store.ts'
import { changeValues } from './change-values.ts'
import type { Changes } from './change-values.ts'
import { readRow } from './read-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { withLocalSession } from './local-session.ts'

/** @throws AssayError explain/none, explain/no-such-row, explain/no-such-column, explain/bad-value */
export async function explainRow(engine: Engine, id: RunId, row: number, changes: Changes): Promise<RowExplanation> {
  return withLocalSession(engine, id, async (session) => {
    const { subject, explanation } = session
    if (!explanation) throw noExplanation(id)
    const target = subject.dataset.columns.find((column) => column.role === 'target')
    const given = changeValues(await readRow(engine, subject.dataset, session.columns, row), changes)
    const scores = await session.predictor.predictAll(given.columns, 1)
    const found = await session.explainer!.explain(given)
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

function valueTexts(given: GivenRows): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { name, values } of given.columns) {
    const value = values[0] as unknown
    if (texts.has(name) && typeof value !== 'string') continue
    texts.set(name, valueText(value))
  }
  return texts
}
