/** Writes a report by a template: everything that the workspace knows of a run, clause by clause. */
import type { TemplateName } from '../../../shared/contract/approval.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { ReportDocument } from '../../../shared/report/report-document.ts'
import type { TemplateFormat } from '../../../shared/contract/report.ts'
import { renderReport } from '../../../shared/report/html-report.ts'
import { markdownReport } from '../../../shared/report/markdown-report.ts'
import { templateReport } from '../../../shared/report/templates/template-report.ts'
import type { TemplateInput } from '../../../shared/report/templates/template.ts'
import { templateOf } from '../../../shared/report/templates/templates.ts'
import type { Engine } from '../engine.ts'
import { readRun, readVersion } from '../records.ts'
import { docxReport } from '../release/report/docx-report.ts'
import { pdfOfReport } from '../release/report/pdf-report.ts'
import { evidenceByHash, gateStateOf, notEvaluated } from './gates.ts'
import { lineageTexts, modelHistory } from './lineage.ts'
import { readPolicy } from './policies.ts'
import { recipeOf } from './recipe.ts'
import { registryEntry } from './registry.ts'
import { standingOfVersion } from './releasable.ts'
import { checklistViews } from './review-view.ts'
import { writeWhole } from '../workspace/write-whole.ts'

/** @throws AssayError run/not-evaluated */
async function templateInput(engine: Engine, runId: RunId): Promise<TemplateInput> {
  const { ledger } = engine.workspace
  const run = readRun(ledger, runId)
  if (run.evidenceSha256 === null) throw notEvaluated(runId)
  const evidence = await evidenceByHash(engine, run.evidenceSha256)
  const judged = await gateStateOf(engine, runId)
  const gates = judged?.current ? judged.gates : null
  const found = await standingOfVersion(engine, run.versionId)
  // A review of other evidence says nothing about this one.
  const reviewed = found?.request.subject.evidenceSha256 === run.evidenceSha256 ? found : null
  const policySha256 = reviewed?.request.policySha256 ?? gates?.policySha256 ?? null
  const policy = policySha256 === null ? null : (await readPolicy(engine, policySha256)).policy
  const entry = await registryEntry(engine, run.versionId)
  const version = readVersion(ledger, run.versionId)
  return {
    evidence,
    evidenceSha256: run.evidenceSha256,
    policy,
    gates,
    registry: {
      stage: entry.stage,
      aliases: entry.aliases,
      ...lineageTexts(ledger, run.versionId),
      recipe: (await recipeOf(engine, version))?.steps ?? null,
    },
    review:
      reviewed && policy
        ? {
            requestedBy: reviewed.request.requestedBy,
            authors: reviewed.request.authors,
            requestedAt: reviewed.request.requestedAt,
            standing: reviewed.standing,
            findings: reviewed.state.findings,
            checklists: checklistViews(policy, reviewed.state),
            decisions: reviewed.decisions,
          }
        : null,
    history: modelHistory(engine, version.modelId),
    writtenAt: new Date().toISOString(),
  }
}

const render: Record<TemplateFormat, (report: ReportDocument) => string | Promise<Uint8Array>> = {
  md: markdownReport,
  html: renderReport,
  pdf: pdfOfReport,
  docx: docxReport,
}

export async function writeTemplate(
  engine: Engine,
  runId: RunId,
  template: TemplateName,
  format: TemplateFormat,
  path: string,
): Promise<void> {
  const report = templateReport(templateOf(template), await templateInput(engine, runId))
  await writeWhole(path, await render[format](report))
}
