/** A model of texts and data for it: words split by spaces, counted and weighed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attribute, initializer, input, model, node, output } from './build-model.ts'

/** "awful" and "refund" speak for a complaint, "thanks" against it. */
const words = ['awful', 'refund', 'thanks', 'the']
const weights = [2, 1, -1.5, 0]
export const texts = [
  'the parcel was awful, the refund came late',
  'thanks the service was fine',
  'awful',
  'ok',
] as const

/** Forty rows of four texts, and P(complaint) = σ(the sum of the weights of its words − 1). */
export function writeWords(folder: string): { model: string; data: string } {
  const paths = { model: join(folder, 'words.onnx'), data: join(folder, 'words.csv') }
  writeFileSync(
    paths.model,
    model(
      [
        input('text', 8, ['N']),
        output('scores', 1, ['N', 2]),
        node('StringSplit', ['text'], ['tokens', 'counts'], { attributes: [attribute.text('delimiter', ' ')] }),
        node('TfIdfVectorizer', ['tokens'], ['bag'], {
          attributes: [
            attribute.text('mode', 'TF'),
            attribute.int('min_gram_length', 1),
            attribute.int('max_gram_length', 1),
            attribute.int('max_skip_count', 0),
            attribute.ints('ngram_counts', [0]),
            attribute.ints('ngram_indexes', [0, 1, 2, 3]),
            attribute.texts('pool_strings', words),
          ],
        }),
        initializer(
          'w',
          [4, 2],
          weights.flatMap((weight) => [0, weight]),
        ),
        initializer('b', [2], [0, -1]),
        node('Gemm', ['bag', 'w', 'b'], ['logits']),
        node('Softmax', ['logits'], ['scores'], { attributes: [attribute.int('axis', 1)] }),
      ],
      { irVersion: 9, opsets: [['', 20]] },
    ),
  )
  const lines = Array.from({ length: 40 }, (_, k) => `"${texts[k % 4]!}",${k % 2 === 0 ? 'complaint' : 'praise'}`)
  writeFileSync(paths.data, ['text,kind', ...lines].join('\n'))
  return paths
}
