/** What two samples of texts differ in beyond their lengths: words that the reference does not have, and any content. */
import { createRandom, shuffleInPlace } from '../../statistics/random.ts'
import type { Random } from '../../statistics/random.ts'
import { areHalves, contentDefinition, fnvStart, fnvStep, learningHalf, ofJudged } from './measure.ts'
import type { ContentMeasure } from './measure.ts'

/** Words and three letters in a row are hashed into this many features (Weinberger et al. 2009). */
const features = 2 ** 18
const epochs = 5
const learningRate = 0.5

/** Words of any script, as in shared/explain/tokens.ts. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}'’_]+/gu) ?? []

/** FNV-1a of part of a text. */
function hash(text: string, from: number, to: number): number {
  let value = fnvStart
  for (let at = from; at < to; at++) value = fnvStep(value, text.charCodeAt(at))
  return value >>> 0
}

/** The different features of a text: its words, and the trigrams of each between two blanks, for scripts without blanks. */
function featuresOf(text: string): Int32Array {
  const found = new Set<number>()
  for (const word of wordsOf(text)) {
    const padded = ` ${word} `
    found.add(hash(padded, 0, padded.length) % features)
    for (let at = 0; at + 3 <= padded.length; at++) found.add(hash(padded, at, at + 3) % features)
  }
  return Int32Array.from(found)
}

interface LogisticModel {
  readonly weights: Float32Array
  readonly intercept: number
}

/** Each text has length 1: every one of its features counts 1/√(how many it has). */
const marginOf = ({ weights, intercept }: LogisticModel, text: Int32Array): number => {
  let sum = 0
  for (const feature of text) sum += weights[feature]!
  return intercept + (text.length === 0 ? 0 : sum / Math.sqrt(text.length))
}

/**
 * Logistic regression by AdaGrad (Duchi, Hazan and Singer 2011); both classes weigh alike.
 *
 * @param labels 0 or 1, one a text
 */
function fitLogistic(texts: readonly Int32Array[], labels: Uint8Array, random: Random): LogisticModel {
  const weights = new Float32Array(features)
  const squares = new Float32Array(features)
  const positives = labels.reduce((sum, label) => sum + label, 0)
  const weightOf = [labels.length / (2 * (labels.length - positives)), labels.length / (2 * positives)] as const
  let intercept = 0
  let interceptSquares = 0
  const order = Int32Array.from(texts.keys())
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffleInPlace(order, 0, order.length, random)
    for (const row of order) {
      const text = texts[row]!
      const label = labels[row] as 0 | 1
      const chance = 1 / (1 + Math.exp(-marginOf({ weights, intercept }, text)))
      const slope = weightOf[label] * (chance - label)
      interceptSquares += slope * slope
      if (slope !== 0) intercept -= (learningRate * slope) / Math.sqrt(interceptSquares)
      const step = text.length === 0 ? 0 : slope / Math.sqrt(text.length)
      if (step === 0) continue
      for (const feature of text) {
        squares[feature]! += step * step
        weights[feature]! -= (learningRate * step) / Math.sqrt(squares[feature]!)
      }
    }
  }
  return { weights, intercept }
}

/**
 * @param reference Texts of sampled rows, none missing; `current` likewise. At least 50 of each.
 * @returns the share of unseen words and the content score of one half of the rows; nothing where few texts make up all rows
 */
export function compareTexts(
  reference: readonly string[],
  current: readonly string[],
  seed: number,
): readonly ContentMeasure[] {
  const random = createRandom(seed)
  const halfOf = (texts: readonly string[]) =>
    learningHalf(
      texts.map((text) => hash(text, 0, text.length)),
      seed,
    )
  const learnsReference = halfOf(reference)
  const learnsCurrent = halfOf(current)
  if (!areHalves(learnsReference, learnsCurrent)) return []
  const seen = new Set<string>()
  reference.forEach((text, row) => {
    if (learnsReference[row] === 1) for (const word of wordsOf(text)) seen.add(word)
  })
  const unseen = (text: string): number => {
    const words = wordsOf(text)
    return words.length === 0 ? Infinity : words.filter((word) => !seen.has(word)).length / words.length
  }
  const before = reference.map(featuresOf)
  const after = current.map(featuresOf)
  const learnt = [
    ...before.filter((_, row) => learnsReference[row] === 1),
    ...after.filter((_, row) => learnsCurrent[row] === 1),
  ]
  const isCurrent = learnsReference.reduce((sum, learns) => sum + learns, 0)
  const labels = Uint8Array.from(learnt, (_, row) => (row >= isCurrent ? 1 : 0))
  const model = fitLogistic(learnt, labels, random)
  return [
    {
      name: 'share of unseen words',
      definition:
        'Words that no text in a random half of the sampled reference rows has, by all words of the text; the other half is compared.',
      reference: ofJudged(learnsReference, (row) => unseen(reference[row]!)),
      current: ofJudged(learnsCurrent, (row) => unseen(current[row]!)),
    },
    {
      name: 'content',
      definition: contentDefinition('logistic regression on hashed words and letter trigrams'),
      reference: ofJudged(learnsReference, (row) => marginOf(model, before[row]!)),
      current: ofJudged(learnsCurrent, (row) => marginOf(model, after[row]!)),
    },
  ]
}
