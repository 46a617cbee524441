/** Alarms over time, with the p-values of all columns and chunks corrected together. */
import type { DriftChunk, DriftColumnTimeline } from '../contract/drift-column.ts'
import type { DriftOptions } from '../contract/drift-request.ts'
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts'
import { holm } from '../statistics/holm.ts'
import { meanAndError } from '../statistics/mean.ts'
import type { ChunkFigure } from './chunk-column.ts'
import type { ComparedColumn } from './compare-column.ts'
import { evidentlyDistance } from './select-test.ts'

export interface JudgedTimeline {
  readonly columns: readonly (DriftColumnTimeline | null)[]
  /** Columns with an alarm, by current chunk. */
  readonly alarms: number[]
  readonly tests: number
}

interface Labels {
  readonly reference: readonly string[]
  readonly current: readonly string[]
}

/** Reference chunks that a band is drawn from. */
const chunksForBand = 3

/** Alarms of chunks: p-values of all columns and chunks are corrected together, distances are held against their band. */
export function judgeTimeline(
  columns: readonly ComparedColumn[],
  labels: Labels,
  { alpha, correction, preset }: DriftOptions,
): JudgedTimeline {
  const known = columns.flatMap(({ chunks }) => chunks?.current.map(({ p }) => p) ?? []).filter((p) => p !== null)
  const corrected =
    correction === 'none'
      ? [...known]
      : correction === 'holm'
        ? (holm(known) as number[])
        : [...benjaminiHochberg(known)]
  let next = 0
  const alarms = labels.current.map(() => 0)
  const judged = columns.map(({ test, chunks }): DriftColumnTimeline | null => {
    if (chunks === null) return null
    const fixed = preset === 'evidently' && (test === 'wasserstein' || test === 'js')
    const current = chunks.current.map((figure, index): DriftChunk => {
      const adjusted = figure.p === null ? null : corrected[next++]!
      const alarm = fixed ? (figure.statistic ?? 0) >= evidentlyDistance : adjusted !== null && adjusted <= alpha
      if (alarm) alarms[index]!++
      return { ...plain(figure, labels.current[index]!), corrected: adjusted, alarm }
    })
    const reference = chunks.reference.map((figure, index) => plain(figure, labels.reference[index]!))
    return { test, reference, current, band: bandOf(chunks.reference) }
  })
  return { columns: judged, alarms, tests: known.length }
}

const plain = (figure: ChunkFigure, label: string): DriftChunk => ({ label, ...figure, corrected: null, alarm: false })

/** How far the reference's own chunks are from the whole of it: mean, and three standard deviations above. */
function bandOf(chunks: readonly ChunkFigure[]): DriftColumnTimeline['band'] {
  const found = chunks.map(({ statistic }) => statistic).filter((statistic) => statistic !== null)
  if (found.length < chunksForBand) return null
  const { mean, deviation } = meanAndError(found.length, (chunk) => found[chunk]!)
  return { mean, high: mean + 3 * deviation }
}
