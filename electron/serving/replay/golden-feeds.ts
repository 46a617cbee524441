/** Golden rows as a caller's requests, and answers as scores: what a client of each interface has to do. */
import type { Answer } from '../../../shared/serving/golden.ts'
import { readJsonRow } from '../../../shared/serving/input-rows.ts'
import { rowScores } from '../../../shared/serving/predictions.ts'
import type { Prediction } from '../../../shared/serving/predictions.ts'
import type { GoldenRow, ReleaseManifest } from '../../../shared/serving/release-manifest.ts'
import type { Feeds } from '../model/messages.ts'
import { decodeBase64 } from '../proofs.ts'
import type { RowScorer } from '../score-rows.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

/** Groups of 1, 2, 3, … rows: single rows and batches are both replayed. */
export function groups(golden: readonly GoldenRow[], fixedBatch: number | null): GoldenRow[][] {
  const made: GoldenRow[][] = []
  for (let at = 0, size = 1; at < golden.length; at += fixedBatch ?? size++)
    made.push(golden.slice(at, at + (fixedBatch ?? size)))
  return made
}

/** Sends each group's tensors with `ask` and reads the scores from what comes back. */
export async function throughTensors(
  manifest: ReleaseManifest,
  golden: readonly GoldenRow[],
  scorer: RowScorer,
  ask: (feeds: Feeds, fetches: readonly string[]) => Promise<Feeds>,
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const group of groups(golden, manifest.binding.fixedBatch)) {
    const read = group.map((row) => readJsonRow(manifest.inputs, row.inputs, decodeBase64))
    const columns = await scorer.score(read, (feeds, _rows, fetches) => ask(feeds, fetches))
    group.forEach((_, at) => answers.push({ scores: rowScores(columns, at), label: columns.labels?.[at] ?? null }))
  }
  return answers
}

/** From the row API's answer. */
export function answerOf(prediction: Prediction, manifest: ReleaseManifest): Answer {
  const { output } = manifest.binding
  const scores =
    output.score === null
      ? null
      : givesOneNumber(output.task)
        ? [prediction.value]
        : output.classes.map((name) => prediction.probabilities?.[name] ?? null)
  return { scores, label: output.label === null ? null : prediction.modelLabel }
}

/** A line of the batch's output. */
export function answerOfLine(fields: ReadonlyMap<string, string>, manifest: ReleaseManifest): Answer {
  const { output } = manifest.binding
  const number = (name: string): number | null => {
    const text = fields.get(name) ?? ''
    return text === '' ? null : Number(text)
  }
  const scores =
    output.score === null
      ? null
      : givesOneNumber(output.task)
        ? [number('prediction')]
        : output.classes.map((name) => number(`probability_${name}`))
  return { scores, label: output.label === null ? null : (fields.get('model_label') ?? null) }
}
