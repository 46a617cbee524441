/** Calibration of a run, and what each way of recalibrating would change on rows that it was not fitted on. */
import type {
  CalibrationCandidate,
  CalibrationMethod,
  CalibrationOfEvent,
  CalibrationSection,
  Reliability,
} from '../contract/calibration.ts'
import type { EvidenceFinding, Metrics } from '../contract/evidence.ts'
import { plural } from '../format/number.ts'
import { calibrationErrorEstimate, meanEstimate } from '../comparison/paired-estimate.ts'
import { clippedLogLoss } from '../metrics/log-loss.ts'
import type { GroupColumn } from '../comparison/group-differences.ts'
import { readMulticlassRows } from '../metrics/multiclass-rows.ts'
import { rowMeanMetric } from '../metrics/row-mean.ts'
import { createRandom } from '../statistics/random.ts'
import { applyCalibrator } from './apply-calibrator.ts'
import { calibrationByGroup } from './calibration-by-group.ts'
import { fitCalibrator } from './fit-calibrator.ts'
import { measureCalibration } from './measure-calibration.ts'
import type { EventRequest } from './measure-calibration.ts'
import { equalCountSums, equalWidthSums, gapErrors, reliabilityOf } from './reliability.ts'
import { mapTo } from '../statistics/map-to.ts'

export interface CalibrationInput {
  /** Row-major n × K probabilities, each in [0, 1]. */
  readonly scores: Float32Array | Float64Array
  /** Class index of each row, 0 to K − 1. */
  readonly classes: Int32Array
  readonly labels: readonly string[]
  /** Index of the positive class of a binary task; −1 for more classes than two. */
  readonly positive: number
  /** Slices of the rows. */
  readonly columns: readonly GroupColumn[]
  readonly methods: readonly CalibrationMethod[]
  /** Share of each class's rows that calibrators are fitted on. */
  readonly fitShare: number
  readonly seed: number
}

export type CalibrationResult = Pick<
  CalibrationSection,
  'events' | 'groups' | 'split' | 'before' | 'candidates' | 'findings' | 'seed'
>

const rightEvent = 'the predicted class is right'
/** Classes that are measured one by one: those with the most rows. */
const mostClasses = 30
/** Classes past which only a temperature, which is one number for all of them, is fitted. */
const mostMaps = 50
/** The mean of so few differences is not normal enough for its interval. */
const fewRows = 50

/**
 * How well the scores of one run hold as probabilities, and which calibrator would mend them: fitted on one part of the
 * rows, judged on the other.
 *
 * @param progress told after the measuring and after each method
 * @returns `split`, `before` and `candidates` are null or empty where no method is asked for; a method that cannot be
 *   fitted is a candidate without a calibrator and a finding
 */
export function analyseCalibration(
  input: CalibrationInput,
  progress: (done: number, total: number) => void = () => undefined,
): CalibrationResult {
  const { methods, seed } = input
  const total = methods.length + 1
  const findings: EvidenceFinding[] = []
  const events = measureEvents(input, findings)
  const groups = calibrationByGroup(firstEvent(input), input.columns)
  progress(1, total)
  if (methods.length === 0) return { events, groups, split: null, before: null, candidates: [], findings, seed }
  const { fit, judge } = splitRows(input)
  const before = judgeRows(judge, judge.scores, input)
  if (judge.classes.length < fewRows) {
    findings.push({
      code: 'calibration/few-rows',
      severity: 'warning',
      message: `The recalibrations are judged on ${plural(judge.classes.length, 'row')}: their intervals hold for many rows, not for so few.`,
      remedy: `Bring a run of ${2 * fewRows} rows or more before you accept one.`,
      where: { rows: judge.classes.length },
    })
  }
  const candidates = methods.flatMap((method, at): CalibrationCandidate[] => {
    const fitted =
      input.labels.length > mostMaps && method !== 'temperature'
        ? {
            calibrator: null,
            reason: `a map a class for ${input.labels.length} classes is more than the rows can tell`,
          }
        : fitCalibrator({ method, ...fit, width: input.labels.length, positive: input.positive })
    progress(at + 2, total)
    if (fitted.reason !== null) {
      findings.push({
        code: 'calibration/not-fitted',
        severity: 'warning',
        message: `The ${method} calibrator was not fitted: ${fitted.reason}.`,
        remedy: 'Choose another method, or a run with more rows of each class.',
        where: { method },
      })
      return []
    }
    const after = judgeRows(judge, applyCalibrator(fitted.calibrator, judge.scores, input.labels.length), input)
    const logLoss = meanEstimate(after.logLoss, before.logLoss).difference
    return [
      {
        method,
        calibrator: fitted.calibrator,
        words: fitted.words,
        judged: {
          before: before.metrics,
          after: after.metrics,
          difference: {
            log_loss: logLoss,
            brier_score: meanEstimate(after.squaredError, before.squaredError).difference,
            ece: calibrationErrorEstimate(after.metrics['ece'], before.metrics['ece']).difference,
          },
        },
        reliability: after.reliability,
        verdict:
          logLoss.high !== null && logLoss.high < 0
            ? 'better'
            : logLoss.low !== null && logLoss.low > 0
              ? 'worse'
              : 'no difference shown',
      },
    ]
  })
  const split = { seed, fitRows: fit.classes.length, judgedRows: judge.classes.length, stratified: true }
  return { events, groups, split, before: before.reliability, candidates, findings, seed }
}

/** The positive class, or whether the predicted class is right. */
function firstEvent(input: CalibrationInput): EventRequest {
  const { scores, classes, labels, positive, seed } = input
  if (positive >= 0) return eventOfClass(input, positive)
  const { predicted, confidence } = readMulticlassRows(classes, scores, labels.length)
  const happened = mapTo(Uint8Array, classes, (truth, row) => (truth === predicted[row] ? 1 : 0))
  return { event: rightEvent, happened, probability: confidence, seed }
}

function eventOfClass({ scores, classes, labels, seed }: CalibrationInput, k: number): EventRequest {
  const happened = mapTo(Uint8Array, classes, (one) => (one === k ? 1 : 0))
  return { event: labels[k]!, happened, probability: columnOf(scores, labels.length, k), seed }
}

/** The positive class; or whether the predicted class is right, and then class by class. */
function measureEvents(input: CalibrationInput, findings: EvidenceFinding[]): CalibrationOfEvent[] {
  const { classes, labels, positive } = input
  const first = measureCalibration(firstEvent(input))
  if (positive >= 0) return [first]
  const width = labels.length
  const support = new Float64Array(width)
  for (const k of classes) support[k]!++
  const order = Array.from(support.keys()).sort((a, b) => support[b]! - support[a]!)
  if (width > mostClasses) {
    findings.push({
      code: 'calibration/classes-left-out',
      severity: 'note',
      message: `Of ${width} classes, the ${mostClasses} with the most rows are measured one by one.`,
      remedy: 'The calibration of the predicted class covers all of them.',
      where: { classes: width, measured: mostClasses },
    })
  }
  return [
    first,
    ...order
      .slice(0, mostClasses)
      .sort((a, b) => a - b)
      .map((k) => measureCalibration(eventOfClass(input, k))),
  ]
}

function columnOf(scores: Float32Array | Float64Array, width: number, k: number): Float64Array {
  return Float64Array.from({ length: scores.length / width }, (_, row) => scores[row * width + k]!)
}

interface Part {
  readonly scores: Float32Array | Float64Array
  readonly classes: Int32Array
}

/** Of each class, a seeded draw of the share without putting back; the rest judges. */
function splitRows({ scores, classes, labels, fitShare, seed }: CalibrationInput): { fit: Part; judge: Part } {
  const width = labels.length
  const random = createRandom(seed)
  const left = new Float64Array(width)
  for (const k of classes) left[k]!++
  const wanted = left.map((rows) => Math.round(rows * fitShare))
  const inFit = mapTo(Uint8Array, classes, (k) => {
    // Selection sampling (Knuth, The Art of Computer Programming 2, 3.4.2, S): exactly the wanted number is drawn.
    const chosen = random.uniform() * left[k]! < wanted[k]! ? 1 : 0
    left[k]!--
    wanted[k]! -= chosen
    return chosen
  })
  const part = (wantedPart: number): Part => {
    const rows = inFit.reduce((sum, one) => sum + (one === wantedPart ? 1 : 0), 0)
    const taken = scores instanceof Float32Array ? new Float32Array(rows * width) : new Float64Array(rows * width)
    const classOf = new Int32Array(rows)
    for (let row = 0, to = 0; row < classes.length; row++) {
      if (inFit[row] !== wantedPart) continue
      for (let k = 0; k < width; k++) taken[to * width + k] = scores[row * width + k]!
      classOf[to++] = classes[row]!
    }
    return { scores: taken, classes: classOf }
  }
  return { fit: part(1), judge: part(0) }
}

interface Judged {
  readonly metrics: Metrics
  readonly logLoss: Float64Array
  readonly squaredError: Float64Array
  readonly reliability: Reliability
}

function judgeRows(
  { classes }: Part,
  scores: Float32Array | Float64Array,
  { labels, positive, seed }: CalibrationInput,
): Judged {
  const n = classes.length
  const width = labels.length
  let logLoss: Float64Array
  let squaredError: Float64Array
  let happened: Uint8Array
  let probability: Float64Array
  if (positive >= 0) {
    happened = mapTo(Uint8Array, classes, (k) => (k === positive ? 1 : 0))
    probability = columnOf(scores, width, positive)
    logLoss = probability.map((p, row) => clippedLogLoss(happened[row] === 1 ? p : 1 - p))
    squaredError = probability.map((p, row) => (p - happened[row]!) ** 2)
  } else {
    const rows = readMulticlassRows(classes, scores, width)
    logLoss = rows.logLoss
    squaredError = rows.squaredError
    happened = mapTo(Uint8Array, classes, (truth, row) => (truth === rows.predicted[row] ? 1 : 0))
    probability = rows.confidence
  }
  return {
    metrics: {
      log_loss: rowMeanMetric(n, (row) => logLoss[row]!, [0, Infinity]),
      brier_score: rowMeanMetric(n, (row) => squaredError[row]!, [0, positive >= 0 ? 1 : 2]),
      ece: gapErrors(equalWidthSums(happened, probability), seed).mean,
    },
    logLoss,
    squaredError,
    reliability: reliabilityOf(equalCountSums(happened, probability), 'equal count'),
  }
}
