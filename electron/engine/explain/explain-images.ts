/** A run of images: one row in detail, and over several rows which method names the pixels that matter. */
import { imageExplanationSchema, imageMethodSchema } from '../../../shared/contract/explain-image.ts'
import type { ExplainRequest } from '../../../shared/contract/explain.ts'
import type { ImageExplanation, ImageRow } from '../../../shared/contract/explain-image.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { fedColumns, pickRows } from '../../../shared/explain/given-rows.ts'
import { metricOfRows } from '../../../shared/explain/mean-metric.ts'
import type { Engine } from '../engine.ts'
import { addSection, readEvidence } from '../evaluation/evidence-store.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { Scorer } from '../scoring/ask-scorer.ts'
import { withLocalSession } from './local-session.ts'
import { explainPicture } from './picture.ts'
import type { ExplainedPicture } from './picture.ts'
import { openPredictor } from './predictor.ts'
import { readEvenly, readRow } from './read-rows.ts'
import { readSubject } from './subject.ts'

const defaultRows = 12
const shownExamples = 4
/** Of an example, along its longer side: the evidence and the report stay small. */
const mostAcross = 28
const defaultSeed = 20_240_229

export async function explainImageRow(
  engine: Engine,
  id: RunId,
  row: number,
  className: string | null,
): Promise<ImageRow> {
  return withLocalSession(engine, id, async ({ subject, columns, predictor }) => {
    const given = await readRow(engine, subject.dataset, columns, row)
    return (await explainPicture(subject, predictor, given, className, defaultSeed)).found
  })
}

/** @throws AssayError run/not-evaluated, explain/* */
export async function explainImages(
  engine: Engine,
  request: Pick<ExplainRequest, 'id' | 'rows' | 'seed'>,
  context: JobContext,
): Promise<ImageExplanation> {
  await readEvidence(engine, request.id)
  const started = performance.now()
  const subject = await readSubject(engine, request.id)
  const { dataset } = subject
  const target = dataset.columns.find((column) => column.role === 'target')
  const fed = fedColumns(subject.version, subject.binding)
  const read = [...fed, ...(target ? [{ name: target.name, as: 'string' as const }] : [])]
  const scorer = await Scorer.start(engine.launcher)
  try {
    const predictor = await openPredictor(engine, subject, scorer)
    const all = await readEvenly(engine, dataset, read, request.rows ?? defaultRows)
    context.progress({ step: 'Hiding pixels', done: 0, total: all.rows, unit: 'rows' })
    const found: ImageRow[] = []
    const examples: ImageExplanation['examples'] = []
    for (let row = 0; row < all.rows; row++) {
      context.signal.throwIfAborted()
      const one = pickRows(all, [row])
      const given = { ...one, columns: one.columns.slice(0, fed.length) }
      const explained = await explainPicture(subject, predictor, given, null, request.seed)
      found.push(explained.found)
      if (examples.length < shownExamples) {
        const actual = target ? (one.columns.at(-1)!.values[0] as string | null) : null
        examples.push(exampleOf(explained, actual))
      }
      context.progress({ done: row + 1 })
    }
    const explanation: ImageExplanation = {
      schema: 'assay.image-explanation/1',
      createdAt: new Date().toISOString(),
      rows: { total: dataset.rows, explained: found.length },
      methods: imageMethodSchema.options.map((method) => {
        const maps = found.map((row) => row.maps.find((map) => map.method === method)!)
        return {
          method,
          deletion: metricOfRows(maps.map((map, k) => found[k]!.random.deletion.area - map.deletion.area)),
          insertion: metricOfRows(maps.map((map, k) => map.insertion.area - found[k]!.random.insertion.area)),
        }
      }),
      agreement: found[0]!.agreement.map(({ a, b }, k) => ({
        a,
        b,
        rank: metricOfRows(found.map((row) => row.agreement[k]!.rank ?? NaN)),
      })),
      examples,
      seed: request.seed,
      elapsedMs: Math.round(performance.now() - started),
    }
    await addSection(engine, request.id, 'imageExplanation', imageExplanationSchema.parse(explanation))
    return explanation
  } finally {
    scorer.stop()
  }
}

/** The picture in grey and its maps, made small by means over blocks. */
function exampleOf(
  { found, picture: { data, channels, depth } }: ExplainedPicture,
  target: string | null,
): ImageExplanation['examples'][number] {
  const { width, height } = found
  const block = Math.max(1, Math.ceil(Math.max(width, height) / mostAcross))
  const [across, down] = [Math.ceil(width / block), Math.ceil(height / block)]
  const shrink = (at: (pixel: number) => number): number[] =>
    Array.from({ length: across * down }, (_, k) => {
      const [left, top] = [(k % across) * block, Math.floor(k / across) * block]
      let sum = 0
      let n = 0
      for (let y = top; y < Math.min(height, top + block); y++) {
        for (let x = left; x < Math.min(width, left + block); x++, n++) sum += at(y * width + x)
      }
      return sum / n
    })
  const colours = channels < 3 ? 1 : 3
  const grey = (pixel: number): number => {
    let sum = 0
    for (let channel = 0; channel < colours; channel++) sum += data[pixel * channels + channel]!
    return sum / colours / (depth === 16 ? 257 : 1)
  }
  return {
    row: found.row,
    className: found.className,
    score: found.score,
    target,
    width: across,
    height: down,
    picture: shrink(grey).map(Math.round),
    maps: found.maps.map(({ method, map }) => {
      const small = shrink((pixel) => map[pixel]!)
      const largest = Math.max(...small.map(Math.abs)) || 1
      return { method, map: small.map((value) => Math.round((100 * value) / largest)) }
    }),
  }
}
