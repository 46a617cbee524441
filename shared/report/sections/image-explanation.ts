/** What in the pictures the scores rest on: which method to believe, and some pictures with their maps. */
import { imageExplanationSchema } from '../../contract/explain-image.ts'
import type { ImageExplanation } from '../../contract/explain-image.ts'
import type { Evidence } from '../../contract/run.ts'
import { faithfulnessVerdict } from '../../format/explanation-words.ts'
import { imageMethodNotes, imageMethodTitles } from '../../format/image-methods.ts'
import { formatCount, formatNumber, plural } from '../../format/number.ts'
import { pictures } from '../charts/chart.ts'
import { figures, left, right, table, text } from '../report-document.ts'
import type { Figure, Section } from '../report-document.ts'
import { nameText } from '../visible-text.ts'
import { metricCell } from './metric-cells.ts'

function exampleFigure(example: ImageExplanation['examples'][number]): Figure {
  const { row, className, score, target, width, height, picture, maps } = example
  return {
    title: `Row ${formatCount(row + 1)}: ${nameText(className)}`,
    note: `Score ${formatNumber(score)}${target === null ? '' : `, actually ${nameText(target)}`}. Orange pixels speak for the class, blue ones against it.`,
    chart: pictures({
      label: `The picture of row ${row + 1} and three maps of the pixels that its score rests on`,
      width,
      height,
      picture,
      maps: maps.map(({ method, map }) => ({ title: imageMethodTitles[method], map })),
    }),
    data: {
      caption: 'Where the largest value of each map lies, counted from the top left of the small picture',
      columns: [left('Map'), right('Row'), right('Column')],
      rows: maps.map(({ method, map }) => {
        const at = map.indexOf(Math.max(...map))
        return [imageMethodTitles[method], formatCount(Math.floor(at / width) + 1), formatCount((at % width) + 1)]
      }),
    },
  }
}

/** None where the run is not one of images, or its maps are not tested. */
export function imageExplanationSections({ sections = {} }: Evidence): Section[] {
  const parsed = imageExplanationSchema.safeParse(sections['imageExplanation'])
  if (!parsed.success) return []
  const { methods, agreement, examples, rows } = parsed.data
  return [
    {
      id: 'image-explanation',
      title: 'What in the pictures the scores rest on',
      blocks: [
        text(
          `Three methods hide parts of a picture and look at the score. ${methods.map(({ method }) => `${imageMethodTitles[method]}: ${imageMethodNotes[method]}`).join(' ')} Each is tested by hiding (deletion) and showing (insertion) pixels in the order of its map: the gain is how much better than a random order that finds what the score rests on.`,
        ),
        table({
          caption: `Gain over a random order, mean over ${plural(rows.explained, 'row')} of ${formatCount(rows.total)}, with 95 % intervals`,
          columns: [left('Method'), right('Deletion'), right('Insertion'), left('What it says')],
          rows: methods.map(({ method, deletion, insertion }) => [
            imageMethodTitles[method],
            metricCell(deletion),
            metricCell(insertion),
            faithfulnessVerdict(deletion),
          ]),
        }),
        table({
          caption: 'Rank correlation of the maps’ pixels',
          columns: [left('Methods'), right('Correlation')],
          rows: agreement.map(({ a, b, rank }) => [
            `${imageMethodTitles[a]} and ${imageMethodTitles[b]}`,
            metricCell(rank),
          ]),
        }),
        ...figures(examples.map(exampleFigure)),
      ],
    },
  ]
}
