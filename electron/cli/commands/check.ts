/** `assay check`: a plan from import to gates, with one exit code for a pipeline. */
import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { parse } from 'yaml'
import type { TemplateName } from '../../../shared/contract/approval.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { planSchema } from '../../../shared/contract/plan.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import { templateFormatSchema } from '../../../shared/contract/report.ts'
import type { TemplateFormat } from '../../../shared/contract/report.ts'
import { createWorkspace } from '../../engine/workspace/workspace.ts'
import { issueText, tellingIssue } from '../../../shared/format/issue-text.ts'
import type { Global } from '../assay.ts'
import { findVersion } from '../find.ts'
import { printJson, printLine } from '../output.ts'
import { withSession, workspaceFolder } from '../session.ts'
import type { Session } from '../session.ts'
import { readBinding } from './models.ts'
import { printGates, setGateExit } from './policy.ts'

function wrong(path: string, message: string, place = ''): AssayError {
  return new AssayError({
    code: 'plan/file',
    message: `${path}: ${message}`,
    remedy: 'See docs/policies.md for a plan to start from.',
    where: { place },
  })
}

/** @throws AssayError plan/file */
async function readPlan(path: string): Promise<Plan> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrong(path, `it cannot be read (${error.code}).`)
  })
  let document: unknown
  try {
    document = parse(text, { maxAliasCount: 100 })
  } catch (error) {
    throw wrong(path, (error as Error).message)
  }
  const parsed = planSchema.safeParse(document)
  if (parsed.success) return parsed.data
  const issue = tellingIssue(parsed.error.issues)
  throw wrong(path, issueText(issue, 'the plan'), issue?.path.map(String).join('.') ?? '')
}

type At = (path: string) => string

async function importAndEvaluate(session: Session, plan: Plan, at: At): Promise<RunId> {
  const { file, ...options } = plan.dataset
  const data = await session.call.datasets.import({ file: { path: at(file) }, options: withoutUndefined(options) })
  const datasetId = (await session.follow(data.jobId)) as Parameters<typeof session.call.datasets.get>[0]['id']
  const { model } = plan
  const imported = await session.call.models.import({
    file: { path: at(model.file) },
    ...(model.name === undefined ? {} : { name: model.name }),
    ...(model.binding === undefined ? {} : { binding: await readBinding(at(model.binding)) }),
  })
  const versionId = (await session.follow(imported.jobId)) as Parameters<typeof session.call.models.get>[0]['id']
  const scored = await session.call.runs.score({ versionId, datasetId, device: plan.device ?? 'auto' })
  await session.follow(scored.jobId)
  const evaluated = await session.call.runs.evaluate({
    id: scored.runId,
    ...(plan.threshold === undefined ? {} : { threshold: plan.threshold }),
  })
  await session.follow(evaluated.jobId)
  return scored.runId
}

/** Optional keys that YAML left out are left out here too. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

const templateNames: readonly TemplateName[] = ['model-card', 'sr-26-2', 'eu-ai-act-annex-iv']

function formatOf(path: string): TemplateFormat {
  const format = templateFormatSchema.safeParse(extname(path).slice(1).toLowerCase())
  if (format.success) return format.data
  throw new AssayError({
    code: 'usage/template',
    message: `"${path}" is not a .md, .html, .pdf or .docx file.`,
    remedy: 'Name the file for its format.',
  })
}

/** Writes a report by a template, in the format of the file's ending. */
export async function writeTemplateTo(session: Session, runId: RunId, template: string, path: string): Promise<void> {
  const name = templateNames.find((entry) => entry === template)
  if (!name) {
    throw new AssayError({
      code: 'usage/template',
      message: `There is no template "${template}".`,
      remedy: `Templates: ${templateNames.join(', ')}.`,
    })
  }
  const { jobId } = await session.call.templates.write({
    runId,
    template: name,
    file: { path },
    format: formatOf(path),
  })
  await session.follow(jobId)
}

async function writeFiles(session: Session, runId: RunId, plan: Plan, at: At): Promise<string[]> {
  const wanted = plan.write ?? {}
  const written: string[] = []
  if (wanted.junit !== undefined) {
    await session.call.gates.junit({ runId, file: { path: at(wanted.junit) } })
    written.push(at(wanted.junit))
  }
  for (const [key, format] of [
    ['html', 'html'],
    ['pdf', 'pdf'],
    ['docx', 'docx'],
    ['evidence', 'json'],
  ] as const) {
    const path = wanted[key]
    if (path === undefined) continue
    const { jobId } = await session.call.runs.report({ id: runId, file: { path: at(path) }, format })
    await session.follow(jobId)
    written.push(at(path))
  }
  for (const name of templateNames) {
    const path = wanted[name]
    if (path === undefined) continue
    await writeTemplateTo(session, runId, name, at(path))
    written.push(at(path))
  }
  return written
}

export function addCheckCommand(program: Command, global: () => Global): void {
  program
    .command('check <plan>')
    .description('run a plan: import, score, evaluate, hold against the policy, write reports')
    .addHelpText(
      'after',
      '\nMakes the workspace if there is none. Exit code 1 when a blocking gate does not pass; reports are written all the same.',
    )
    .action(async (file: string) => {
      const { workspace, json } = global()
      const plan = await readPlan(file)
      const at: At = (path) => resolve(dirname(file), path)
      // Checked first: a plan whose policy is wrong must not score a million rows before it says so.
      const policyText = await readFile(at(plan.policy), 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw wrong(file, `the policy ${plan.policy} cannot be read (${error.code}).`, 'policy')
      })
      await createWorkspace(workspaceFolder(workspace)).catch((error: unknown) => {
        if (!(error instanceof AssayError) || error.code !== 'workspace/exists') throw error
      })
      await withSession(workspace, json, async (session) => {
        await session.call.policies.save({ text: policyText })
        const runId = await importAndEvaluate(session, plan, at)
        const { gates } = await session.call.gates.judge({
          runId,
          policy: { text: policyText },
          ...(plan.champion === undefined ? {} : { championId: await findVersion(session, plan.champion) }),
        })
        const written = await writeFiles(session, runId, plan, at)
        if (json) printJson({ run: { id: runId }, gates, files: written })
        else {
          printGates(gates)
          for (const path of written) printLine(`wrote ${path}`)
        }
        setGateExit(gates)
      })
    })
}
