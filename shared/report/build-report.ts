/** Lays the evidence out as a report. It chooses, orders and words; it computes no number. */
import type { Evidence } from '../contract/run.ts'
import { intervalText, usedText } from '../format/interval.ts'
import { formatMetric } from '../format/number.ts'
import { formatTimeUtc } from '../format/time.ts'
import { deviceTitle, taskTitle } from '../format/words.ts'
import type { ReportDocument, Section } from './report-document.ts'
import { analysisSections } from './sections/analyses.ts'
import { binarySection } from './sections/binary.ts'
import { explanationSections } from './sections/explanation.ts'
import { imageExplanationSections } from './sections/image-explanation.ts'
import { findingsSection } from './sections/findings.ts'
import { integritySection } from './sections/integrity.ts'
import { titleOf } from './sections/metric-cells.ts'
import { definitionsSection, metricsSection } from './sections/metrics.ts'
import { multilabelSection } from './sections/multilabel.ts'
import { rankingSection } from './sections/ranking.ts'
import { multiclassSection } from './sections/multiclass.ts'
import { dataSection, modelSection, scoringSection } from './sections/provenance.ts'
import { regressionSection } from './sections/regression.ts'
import { clipText } from './visible-text.ts'

function chartsSection(evidence: Evidence): Section {
  const { detail } = evidence
  switch (detail.kind) {
    case 'binary':
      return binarySection(detail)
    case 'multiclass':
      return multiclassSection(evidence, detail)
    case 'multilabel':
      return multilabelSection(evidence, detail)
    case 'regression':
      return regressionSection(evidence, detail)
    case 'ranking':
      return rankingSection(detail)
  }
}

function headline(evidence: Evidence): ReportDocument['headline'] {
  const title = titleOf(evidence, evidence.headline)
  const metric = evidence.metrics[evidence.headline]
  if (!metric) return { title, value: '—', detail: 'The evidence does not hold this metric.' }
  const interval = intervalText(metric)
  const parts = [
    ...(interval === null ? [] : [`95 % interval ${interval}`]),
    ...(metric.reason === undefined ? [] : [clipText(metric.reason, 300)]),
    usedText(metric.n, evidence.rows.total),
  ]
  return { title, value: formatMetric(metric).value, detail: parts.join(' · ') }
}

/** @param sha256 Of the evidence's canonical form. */
export function buildReport(evidence: Evidence, sha256: string): ReportDocument {
  const { model, dataset, run, task } = evidence
  return {
    model: `${model.name} ${model.version}`,
    dataset: dataset.name,
    facts: [taskTitle(task), `scored on ${deviceTitle(run.device)}`, formatTimeUtc(run.createdAt)],
    headline: headline(evidence),
    evidenceSha256: sha256,
    createdAt: evidence.createdAt,
    sections: [
      findingsSection(evidence),
      metricsSection(evidence),
      chartsSection(evidence),
      ...explanationSections(evidence),
      ...imageExplanationSections(evidence),
      ...analysisSections(evidence),
      dataSection(evidence),
      modelSection(evidence),
      scoringSection(evidence),
      definitionsSection(evidence),
      integritySection(evidence, sha256),
    ],
  }
}
