/** What two samples of images differ in: size, light, sharpness and colour of each, and the picture made small. */
import { binFeatures, boostingOptions } from '../domain-classifier.ts'
import { boostTrees, predictMargin } from '../boosted-trees.ts'
import { areHalves, contentDefinition, fnvStart, fnvStep, learningHalf, ofJudged } from './measure.ts'
import type { ContentMeasure } from './measure.ts'
import { colourMeasures, imageMeasures, imageNumbers } from './measure-image.ts'

/** Of the numbers of each image. */
function hashesOf(side: Float64Array): number[] {
  const words = new Uint32Array(side.slice().buffer)
  const width = 2 * imageNumbers
  return Array.from({ length: words.length / width }, (_, row) =>
    words.subarray(row * width, (row + 1) * width).reduce(fnvStep, fnvStart),
  )
}

/**
 * @param reference `imageNumbers` numbers a row (measureImage), row by row; `current` likewise. At least 50 rows of each.
 */
export function compareImages(reference: Float64Array, current: Float64Array, seed: number): readonly ContentMeasure[] {
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
  learning.set(learningHalf(hashesOf(reference), seed))
  learning.set(learningHalf(hashesOf(current), seed), n)
  const labels = new Uint8Array(n + m).fill(1, n)
  const judged = areHalves(learning.subarray(0, n), learning.subarray(n))
  const training = { ...binFeatures(features), labels }
  const learnt = Uint32Array.from(learning.keys()).filter((row) => learning[row] === 1)
  const model = judged ? boostTrees(training, learnt, boostingOptions) : null
  return [
    ...imageMeasures.flatMap((measure, which) => {
      const feature = features[which]!
      const isColour = (colourMeasures as readonly number[]).includes(which)
      return isColour && isGrey(feature) ? [] : [{ ...measure, reference: feature.reference, current: feature.current }]
    }),
    ...(model
      ? [
          {
            name: 'content',
            definition: contentDefinition('boosted trees on the image made 8 × 8 and on its measures'),
            reference: ofJudged(learning.subarray(0, n), (row) => predictMargin(model, training.bins, row)),
            current: ofJudged(learning.subarray(n), (row) => predictMargin(model, training.bins, n + row)),
          },
        ]
      : []),
  ]
}
