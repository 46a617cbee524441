/** What in a row's texts a score rests on: words are deleted one after another, and all of them in that order. */
import type { TextRow } from '../../../shared/contract/explain-row.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { pick } from '../../../shared/explain/given-rows.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { rounded } from '../../../shared/explain/mean-metric.ts'
import { isText, textOf, tokensOf } from '../../../shared/explain/tokens.ts'
import type { Tokens } from '../../../shared/explain/tokens.ts'
import { createRandom, shuffledIndices } from '../../../shared/statistics/random.ts'
import type { Engine } from '../engine.ts'
import { chooseScore } from './choose-score.ts'
import { withLocalSession } from './local-session.ts'
import { readRow } from './read-rows.ts'
import { mapTo } from '../../../shared/statistics/map-to.ts'

const curveSteps = 20
const seed = 20_240_229

/** @throws AssayError explain/no-such-row, explain/no-such-class */
export async function explainTexts(engine: Engine, id: RunId, row: number, className: string | null): Promise<TextRow> {
  return withLocalSession(engine, id, async ({ subject, columns, predictor }) => {
    const given = await readRow(engine, subject.dataset, columns, row)
    const { place, name, score } = chooseScore(subject, await predictor.predictAll(given.columns, 1), className)
    let scored = 0
    const scoresOf = async (column: string, texts: readonly string[]): Promise<Float64Array> => {
      scored += texts.length
      return (await predictor.predictAll(withTexts(given, column, texts), texts.length))[place]!
    }
    const found: TextRow['columns'] = []
    for (const { name: column, as, values } of given.columns) {
      const text = as === 'string' ? (values[0] as string | null) : null
      if (text === null || !isText(text)) continue
      const tokens = tokensOf(text)
      const without = tokens.words.map((_, k) => textOf(tokens, (word) => word !== k))
      const scores = await scoresOf(column, without)
      const effects = mapTo(Float64Array, scores, (other) => score - other)
      const order = [...effects.keys()].sort((a, b) => effects[b]! - effects[a]! || a - b)
      const chance = [...shuffledIndices(tokens.words.length, createRandom(seed))]
      const byEffect = await deletionCurve(tokens, order, (texts) => scoresOf(column, texts))
      const atRandom = await deletionCurve(tokens, chance, (texts) => scoresOf(column, texts))
      found.push({
        column,
        before: tokens.before,
        words: tokens.words.map((word, k) => ({ text: word, effect: rounded(effects[k]!) })),
        share: byEffect.share,
        byEffect: byEffect.score,
        atRandom: atRandom.score,
      })
    }
    return { row, className: name, score: rounded(score), columns: found, scored }
  })
}

async function deletionCurve(
  tokens: Tokens,
  order: readonly number[],
  scoresOf: (texts: readonly string[]) => Promise<Float64Array>,
): Promise<{ share: number[]; score: number[] }> {
  const steps = Math.min(curveSteps, order.length)
  const counts = Array.from({ length: steps + 1 }, (_, k) => Math.round((k / steps) * order.length))
  const texts = counts.map((n) => {
    const gone = new Set(order.slice(0, n))
    return textOf(tokens, (word) => !gone.has(word))
  })
  return {
    share: counts.map((n) => rounded(n / order.length)),
    score: Array.from(await scoresOf(texts), rounded),
  }
}

function withTexts(given: GivenRows, name: string, texts: readonly string[]): GivenColumn[] {
  const places = new Uint8Array(texts.length)
  return given.columns.map((column): GivenColumn => ({
    ...column,
    values: column.name === name && column.as === 'string' ? [...texts] : pick(column.values, places),
  }))
}
