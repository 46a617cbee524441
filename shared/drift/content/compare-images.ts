/** What two samples of images differ in: size, light, sharpness and colour of each, and the picture made small. */
import { createRandom } from '../../statistics/random.ts'
import { binFeatures, boostingOptions } from '../domain-classifier.ts'
import { boostTrees, predictMargin } from '../boosted-trees.ts'
import { contentDefinition, learningHalf, ofJudged } from './measure.ts'
import type { ContentMeasure } from './measure.ts'
import { colourMeasures, imageMeasures, imageNumbers } from './measure-image.ts'

/**
 * @param reference `imageNumbers` numbers a row (measureImage), row by row; `current` likewise. At least 50 rows of each.
 */
export function compareImages(reference: Float64Array, current: Float64Array, seed: number): readonly ContentMeasure[] {
  const random = createRandom(seed)
  const n = reference.length / imageNumbers
  const m = current.length / imageNumbers
  const numbers = (side: Float64Array, which: number): Float64Array =>
    Float64Array.from({ length: side.length / imageNumbers }, (_, row) => side[row * imageNumbers + which]!)
  const features = Array.from({ length: imageNumbers }, (_, which) => ({
    name: String(which),
    kind: 'numeric' as const,
    reference: numbers(reference, which),
    current: numbers(current, which),
  }))
  const isGrey = ({ reference: before, current: after }: (typeof features)[number]): boolean =>
    !before.some(Number.isFinite) && !after.some(Number.isFinite)
  const learning = new Uint8Array(n + m)
  learning.set(learningHalf(n, random))
  learning.set(learningHalf(m, random), n)
  const labels = new Uint8Array(n + m).fill(1, n)
  const training = { ...binFeatures(features), labels }
  const learnt = Uint32Array.from(learning.keys()).filter((row) => learning[row] === 1)
  const model = boostTrees(training, learnt, boostingOptions)
  return [
    ...imageMeasures.flatMap((measure, which) => {
      const feature = features[which]!
      const isColour = (colourMeasures as readonly number[]).includes(which)
      return isColour && isGrey(feature) ? [] : [{ ...measure, reference: feature.reference, current: feature.current }]
    }),
    {
      name: 'content',
      definition: contentDefinition('boosted trees on the image made 8 × 8 and on its measures'),
      reference: ofJudged(learning.subarray(0, n), (row) => predictMargin(model, training.bins, row)),
      current: ofJudged(learning.subarray(n), (row) => predictMargin(model, training.bins, n + row)),
    },
  ]
}
