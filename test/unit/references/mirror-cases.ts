/** The whole of each reference document, as far as Assay computes it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { mcnemar } from '../../../shared/comparison/mcnemar.ts'
import { pairedDelong } from '../../../shared/comparison/paired-delong.ts'
import { aucInfluence } from '../../../shared/comparison/row-influence.ts'
import { evaluateBinary } from '../../../shared/metrics/evaluate-binary.ts'
import { rankGroups } from '../../../shared/metrics/ranked-groups.ts'
import { studentTwoSided } from '../../../shared/statistics/gamma.ts'
import { signedRanks } from '../../../shared/statistics/signed-rank.ts'
import { meanAndError } from '../../../shared/statistics/mean.ts'
import { twoSidedNormal } from '../../../shared/statistics/erfc.ts'
import { rowMajor } from '../metrics/read-case.ts'
import { driftMirror, numericDrift, categoricalDrift } from './mirror-drift.ts'
import {
  binaryMirror,
  fairnessMirror,
  multiclassMirror,
  rBinaryMirror,
  regressionMirror,
  rRegressionMirror,
} from './mirror-metrics.ts'
import type { BinaryCase, Mirror } from './mirror-metrics.ts'
import { shapleyMirror, treeShapMirror } from './mirror-shapley.ts'

type Columns = Record<string, string[]>
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- five documents of different shapes
type Document = any

export class Case {
  readonly folder: string
  private readonly tables = new Map<string, Columns>()
  constructor(cases: string, name: string) {
    this.folder = join(cases, name)
  }

  document(file: string): Document {
    return JSON.parse(readFileSync(join(this.folder, file), 'utf8'))
  }

  columns(file: string): Columns {
    const known = this.tables.get(file)
    if (known) return known
    const { data } = Papa.parse<string[]>(readFileSync(join(this.folder, file), 'utf8'), { skipEmptyLines: true })
    const [header, ...rows] = data
    const columns = Object.fromEntries(header!.map((name, at) => [name, rows.map((row) => row[at]!)]))
    this.tables.set(file, columns)
    return columns
  }

  rows(files: Readonly<Record<string, string>>): Mirror {
    return Object.fromEntries(
      Object.entries(files).map(([name, file]) => [name, Object.values(this.columns(file))[0]!.length]),
    )
  }

  drift(expected: Document): Mirror {
    return Object.fromEntries(
      (
        [
          ['train_vs_holdout', 'holdout.csv'],
          ['train_vs_shifted', 'holdout_shifted.csv'],
        ] as const
      ).map(([name, file]) => [name, driftMirror(expected[name], this.columns('train.csv'), this.columns(file))]),
    )
  }
}

const files = { train: 'train.csv', holdout: 'holdout.csv', shifted: 'holdout_shifted.csv' }
const isYes = (text: string): number => (text === 'Yes' || text === '1' ? 1 : 0)

function binaryCase(columns: Columns, target: string, score: string, threshold = 0.5, single = false): BinaryCase {
  const written = Float64Array.from(columns[score]!, Number)
  return {
    y: Uint8Array.from(columns[target]!, isYes),
    // The reference scored in float32 and wrote its shortest decimals.
    score: single ? Float32Array.from(written) : written,
    threshold,
    positive: '1',
  }
}

export function telcoMirror(at: Case): Mirror {
  const expected = at.document('expected.json')
  const scored = at.columns('holdout_scored.csv')
  const holdout = at.columns('holdout.csv')
  const attributes = Object.fromEntries(
    ['gender', 'SeniorCitizen', 'Partner'].map((name) => [name, holdout[name]!] as const),
  )
  const gb = binaryCase(scored, 'Churn', 'gb_p_yes')
  const raw = { ...binaryCase(scored, 'Churn', 'raw_gb_p_yes'), positive: 'Yes' }
  const shifted = { ...binaryCase(at.columns('holdout_shifted_scored.csv'), 'Churn', 'raw_gb_p_yes'), positive: 'Yes' }
  const right = (column: string): Uint8Array =>
    Uint8Array.from(scored[column]!, (label, row) => (isYes(label) === isYes(scored['Churn']![row]!) ? 1 : 0))
  const pair = mcnemar(right('gb_label'), right('rf_label'))
  return {
    rows: at.rows(files),
    metrics: {
      model: { ...binaryMirror(gb), fairness: fairnessMirror(gb, attributes) },
      model_raw: { ...binaryMirror(raw), fairness: fairnessMirror(raw, attributes) },
      model_rf: binaryMirror(binaryCase(scored, 'Churn', 'rf_p_yes')),
      model_raw_on_shifted: binaryMirror(shifted),
      model_raw_threshold_0_3: binaryMirror({ ...raw, threshold: 0.3 }),
    },
    compare_gb_rf: {
      table: [
        [pair.bothRight, pair.onlyReference],
        [pair.onlyOther, pair.bothWrong],
      ],
      mcnemar_chi2_corrected: pair.chiSquareCorrected,
      mcnemar_p: pair.correctedP,
      mcnemar_exact_p: pair.exactP,
    },
    drift: at.drift(expected.drift),
  }
}

export function telcoRMirror(at: Case): Mirror {
  const scored = at.columns('holdout_scored.csv')
  const gb = binaryCase(scored, 'Churn', 'gb_p_yes')
  const rf = binaryCase(scored, 'Churn', 'rf_p_yes')
  const influence = ({ y, score }: BinaryCase) => aucInfluence(y, rankGroups(y, score))
  const z = pairedDelong(gb.y, influence(gb), influence(rf)).zAt!(0)
  const [train, shifted] = [at.columns('train.csv'), at.columns('holdout_shifted.csv')]
  const ks = (name: string): Mirror => {
    const { ks: distance, ks_p: p } = numericDrift(train[name]!, shifted[name]!)
    return { D: distance, p }
  }
  const chi2 = (name: string): Mirror => {
    const found = categoricalDrift(train[name]!, shifted[name]!)
    return { X2: found['chi2'], df: found['chi2_dof'], p: found['chi2_p'] }
  }
  return {
    gb: rBinaryMirror(gb),
    rf: rBinaryMirror(rf),
    delong_gb_vs_rf: { Z: z, p: twoSidedNormal(z) },
    train_vs_shifted: {
      ks: Object.fromEntries(['tenure', 'MonthlyCharges', 'TotalCharges'].map((name) => [name, ks(name)])),
      chi2: Object.fromEntries(['Contract', 'PaymentMethod', 'gender'].map((name) => [name, chi2(name)])),
    },
  }
}

const qualities = [3, 4, 5, 6, 7, 8, 9]

function wineCase(at: Case, keep: (row: number) => boolean) {
  const scored = at.columns('holdout_scored.csv')
  const rows = scored['quality']!.flatMap((_, row) => (keep(row) ? [row] : []))
  return {
    y: Int32Array.from(rows, (row) => Number(scored['quality']![row]) - 3),
    scores: rowMajor(
      qualities.map((quality) => Float64Array.from(rows, (row) => Number(scored[`rf_p_${quality}`]![row]))),
    ),
    labels: qualities.map(String),
    numericLabels: qualities,
  }
}

export function wineMirror(at: Case): Mirror {
  const expected = at.document('expected.json')
  const scored = at.columns('holdout_scored.csv')
  const isRed = at.columns('holdout.csv')['is_red']!
  const names = ['good', 'ok', 'poor']
  const counts = (file: string): Mirror => {
    const found: Record<string, number> = {}
    for (const quality of at.columns(file)['quality']!) found[quality] = (found[quality] ?? 0) + 1
    return found
  }
  return {
    rows: at.rows(files),
    class_counts: { train: counts('train.csv'), holdout: counts('holdout.csv') },
    metrics: {
      model: multiclassMirror(wineCase(at, () => true)),
      model_on_shifted: multiclassMirror(wineCase(at, (row) => Number(isRed[row]) === 1)),
      model_3class_logreg: multiclassMirror({
        y: Int32Array.from(scored['quality3']!, (value) => names.indexOf(value)),
        scores: rowMajor(names.map((name) => Float64Array.from(scored[`lr_p_${name}`]!, Number))),
        labels: names,
      }),
    },
    drift: at.drift(expected.drift),
    exact_shapley_class_6: shapleyMirror(at, 'model.onnx', expected.exact_shapley_class_6, expected.features, 3),
  }
}

export function wineRMirror(at: Case): Mirror {
  const request = wineCase(at, () => true)
  const mirror = multiclassMirror(request)
  const matrix = (mirror['confusion_matrix'] as { matrix: number[][] }).matrix
  const n = request.y.length
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
  return {
    hand_till_multiclass_auc: mirror['roc_auc_ovo_macro'],
    caret_overall: {
      Accuracy: mirror['accuracy'],
      Kappa: mirror['cohen_kappa'],
      AccuracyNull: Math.max(...matrix.map(total)) / n,
    },
    caret_byClass: qualities.map((quality, k) => {
      const tp = matrix[k]![k]!
      const support = total(matrix[k]!)
      const called = total(matrix.map((row) => row[k]!))
      // Each class is a binary task of its own: called so or not.
      const { recall, specificity, precision, npv, f1, prevalence, selection_rate, balanced_accuracy } = decisions(
        tp,
        called - tp,
        support - tp,
        n - support - called + tp,
      )
      return {
        Sensitivity: recall,
        Specificity: specificity,
        'Pos Pred Value': precision,
        'Neg Pred Value': npv,
        Precision: precision,
        Recall: recall,
        // caret takes F1 from precision, and has none where no row is called so.
        F1: precision === null ? null : f1,
        Prevalence: prevalence,
        'Detection Rate': tp / n,
        'Detection Prevalence': selection_rate,
        'Balanced Accuracy': balanced_accuracy,
        _row: `Class: ${quality}`,
      }
    }),
  }
}

/** What a table of decisions gives, through the evaluation itself. */
function decisions(tp: number, fp: number, fn: number, tn: number): Record<string, number | null> {
  const y = new Uint8Array(tp + fp + fn + tn)
  const predicted = new Uint8Array(y.length)
  y.fill(1, 0, tp + fn)
  predicted.fill(1, 0, tp)
  predicted.fill(1, tp + fn, tp + fn + fp)
  const request = { y, predicted, score: null, threshold: 0.5, positive: '', negative: '', seed: 1 }
  return Object.fromEntries(Object.entries(evaluateBinary(request).metrics).map(([key, metric]) => [key, metric.value]))
}

export function bikeMirror(at: Case): Mirror {
  const expected = at.document('expected.json')
  const scored = at.columns('holdout_scored.csv')
  const shifted = at.columns('holdout_shifted_scored.csv')
  const month = at.columns('holdout_shifted.csv')['dteday']!.map((day) => day.slice(0, 7))
  const regression = (columns: Columns, keep: (row: number) => boolean): Mirror => {
    const rows = columns['cnt']!.flatMap((_, row) => (keep(row) ? [row] : []))
    return regressionMirror(
      Float64Array.from(rows, (row) => Number(columns['cnt']![row])),
      Float64Array.from(rows, (row) => Math.fround(Number(columns['pred']![row]))),
    )
  }
  return {
    rows: at.rows(files),
    metrics: {
      model: regression(scored, () => true),
      model_on_shifted: regression(shifted, () => true),
      model_busy_clf: binaryMirror(binaryCase(scored, 'busy', 'busy_p', 0.5, true)),
    },
    by_month_2012: Object.fromEntries(
      [...new Set(month)].map((wanted) => [wanted, regression(shifted, (row) => month[row] === wanted)]),
    ),
    drift: at.drift(expected.drift),
    ...treeShapMirror(at, expected.features),
    exact_shapley: shapleyMirror(at, 'model.onnx', expected.exact_shapley, expected.features, 0),
  }
}

export function bikeRMirror(at: Case): Mirror {
  const scored = at.columns('holdout_scored.csv')
  const numbers = (name: string): Float64Array => Float64Array.from(scored[name]!, Number)
  return {
    busy: rBinaryMirror(binaryCase(scored, 'busy', 'busy_p')),
    regression: rRegressionMirror(numbers('cnt'), numbers('pred')),
  }
}

export function californiaMirror(at: Case): Mirror {
  const expected = at.document('expected.json')
  const regression = (file: string, prediction: string, keep: (row: number) => boolean = () => true): Mirror => {
    const columns = at.columns(file)
    const rows = columns['median_house_value']!.flatMap((_, row) => (keep(row) ? [row] : []))
    return regressionMirror(
      Float64Array.from(rows, (row) => Number(columns['median_house_value']![row])),
      Float64Array.from(rows, (row) => Number(columns[prediction]![row])),
    )
  }
  const place = at.columns('holdout.csv')['ocean_proximity']!
  const scored = at.columns('holdout_scored.csv')
  const error = (row: number, prediction: string): number =>
    Math.abs(Number(scored['median_house_value']![row]) - Number(scored[prediction]![row]))
  const n = place.length
  const { mean, standardError } = meanAndError(n, (row) => error(row, 'gb') - error(row, 'ridge'))
  const ranks = signedRanks(Float64Array.from({ length: n }, (_, row) => error(row, 'gb') - error(row, 'ridge')))
  return {
    rows: at.rows(files),
    metrics: {
      model: regression('holdout_scored.csv', 'gb'),
      model_ridge: regression('holdout_scored.csv', 'ridge'),
      model_on_shifted: regression('holdout_shifted_scored.csv', 'gb'),
    },
    slices: Object.fromEntries(
      [...new Set(place)].map((wanted) => [
        `ocean_proximity=${wanted}`,
        regression('holdout_scored.csv', 'gb', (row) => place[row] === wanted),
      ]),
    ),
    compare_gb_ridge: {
      paired_t_abs_error: { t: mean / standardError, p: studentTwoSided(mean / standardError, n - 1) },
      wilcoxon_abs_error: { w: ranks.statistic, p: ranks.p },
    },
    drift: at.drift(expected.drift),
  }
}

export function californiaRMirror(at: Case): Mirror {
  const scored = at.columns('holdout_scored.csv')
  const numbers = (name: string): Float64Array => Float64Array.from(scored[name]!, Number)
  return { gb: rRegressionMirror(numbers('median_house_value'), numbers('gb')) }
}

export function digitsMirror(at: Case): Mirror {
  const columns = at.columns('holdout_scored.csv')
  const digits = Array.from({ length: 10 }, (_, digit) => digit)
  const scores = rowMajor(digits.map((digit) => Float64Array.from(columns[`logit_${digit}`]!, Number)))
  for (let start = 0; start < scores.length; start += 10) {
    const row = scores.subarray(start, start + 10)
    const most = Math.max(...row)
    const sum = row.reduce((total, logit) => total + Math.exp(logit - most), 0)
    row.forEach((logit, k) => (row[k] = Math.exp(logit - most) / sum))
  }
  const y = Int32Array.from(columns['label']!, Number)
  const request = { y, scores, labels: digits.map(String), numericLabels: digits }
  return { metrics: { model_softmax_of_logits: multiclassMirror(request) } }
}
