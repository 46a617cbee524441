/** Golden rows replayed: how far a container's scores are from the workbench's. */
import { z } from 'zod'
import { sha256Schema, timeSchema } from '../contract/ids.ts'
import { measuredSchema } from './measured.ts'
import { toleranceSchema } from './release-manifest.ts'
import type { GoldenRow, Tolerance } from './release-manifest.ts'

export const replaySchema = z.strictObject({
  /** How the rows were sent. */
  through: z.string(),
  rows: z.int().nonnegative(),
  /** Rows whose every score is the same number to the last bit. */
  identical: z.int().nonnegative(),
  /** Rows whose scores agree within the tolerance, and whose label is the same. */
  equal: z.int().nonnegative(),
  largestDifference: z.number().nonnegative(),
  /** The first rows that differ, in words. */
  differing: z.array(z.string()).max(10),
})
export type Replay = z.infer<typeof replaySchema>

/** What a proof found; written beside the release. */
export const proofSchema = z.strictObject({
  schema: z.literal('assay.release-proof/1'),
  manifestSha256: sha256Schema,
  provedAt: timeSchema,
  /** 'process', or how the image was run. */
  ran: z.string(),
  imageDigest: z.string().nullable(),
  /** Why the image itself was not run; null where it was, or where there is none. */
  imageNotRun: z.string().nullable(),
  software: z.record(z.string(), z.string()),
  tolerance: toleranceSchema,
  replays: z.array(replaySchema),
  /** Time and memory of the server; null where there was no row to send. */
  measured: measuredSchema.nullable(),
  ok: z.boolean(),
})
export type ReleaseProof = z.infer<typeof proofSchema>

export interface Answer {
  /** null where the binding reads no scores. */
  readonly scores: readonly (number | null)[] | null
  readonly label: string | null
}

/**
 * Answers of a server held against the workbench's, row by row.
 *
 * @param through the interface, as a reader knows it
 * @param answers undefined where none came
 * @returns `equal` is within the tolerance and with the same label; up to ten rows that are not are named
 */
export function compareGolden(
  through: string,
  golden: readonly GoldenRow[],
  answers: readonly (Answer | undefined)[],
  tolerance: Tolerance,
): Replay {
  let identical = 0
  let equal = 0
  let largestDifference = 0
  const differing: string[] = []
  golden.forEach((row, at) => {
    const answer = answers[at]
    const difference = differenceOf(row, answer)
    if (difference !== null) largestDifference = Math.max(largestDifference, difference)
    if (answer !== undefined && difference === 0 && answer.label === row.label) identical++
    if (answer !== undefined && difference !== null && answer.label === row.label && within(row, answer, tolerance))
      equal++
    else if (differing.length < 10)
      differing.push(`row ${row.row + 1}: ${said(row)} in the workbench, ${answer ? said(answer) : 'nothing'} here`)
  })
  return { through, rows: golden.length, identical, equal, largestDifference, differing }
}

/** Largest absolute difference of a row's scores; null where they cannot be compared. */
function differenceOf(row: GoldenRow, answer: Answer | undefined): number | null {
  if (!answer) return null
  if (row.scores === null || answer.scores === null) return row.scores === answer.scores ? 0 : null
  if (row.scores.length !== answer.scores.length) return null
  let largest = 0
  for (const [k, wanted] of row.scores.entries()) {
    const got = answer.scores[k]
    if (typeof got !== 'number') return null
    largest = Math.max(largest, Math.abs(got - wanted))
  }
  return largest
}

function within(row: GoldenRow, answer: Answer, { absolute, relative }: Tolerance): boolean {
  return (row.scores ?? []).every(
    (wanted, k) => Math.abs(Number(answer.scores?.[k]) - wanted) <= absolute + relative * Math.abs(wanted),
  )
}

function said({ scores, label }: Answer): string {
  return [scores?.join(' ') ?? '', label ?? ''].filter(Boolean).join(' ')
}
