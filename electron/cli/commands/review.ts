/** `assay review`, `assay approve`, `assay reject`. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AssayError } from '../../../shared/contract/errors.ts'
import {
  checkStateSchema,
  checklistNameSchema,
  conditionSchema,
  findingSeveritySchema,
  findingStateSchema,
} from '../../../shared/contract/review.ts'
import type { Condition, Decision, FindingView, ReviewView } from '../../../shared/contract/review.ts'
import type { Global } from '../assay.ts'
import { actingPerson, findReview } from '../find-people.ts'
import { findRun } from '../find.ts'
import { printJson, printLine, printTable } from '../output.ts'
import { readPassphrase } from '../passphrase.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'
import { printGates } from './policy.ts'
import { oneOf } from '../options.ts'

const as = ['--as <person>', 'who acts (default: the only person whose key is here)'] as const

function printReview(review: ReviewView): void {
  const { standing, subject } = review
  printLine(`${review.title}  ${review.id}`)
  printLine(
    `round ${review.round}, asked by ${review.requestedBy.name}; ${standing.state}, ${standing.approvals} of ${standing.needed} approvals${
      standing.until === null ? '' : `, until ${standing.until}`
    }`,
  )
  for (const reason of standing.reasons) printLine(`  ${reason}`)
  for (const { statement, remark } of review.rounds)
    if (remark !== null) printLine(`  round ${statement.round}: ${remark}`)
  printLine(`evidence ${subject.evidenceSha256}`)
  printLine(`model    ${subject.modelSha256}`)
  printLine()
  printGates(review.gates)
  if (review.findings.length > 0) {
    printLine()
    printTable(
      ['finding', 'severity', 'state', 'title', 'owner', 'due'],
      review.findings.map((finding) => [
        finding.id,
        finding.severity,
        finding.state,
        finding.title,
        finding.owner ?? '',
        finding.due === null ? '' : `${finding.due}${finding.overdue ? ' overdue' : ''}`,
      ]),
    )
  }
  for (const comment of review.comments)
    printLine(`${comment.by.name} on ${comment.path ?? 'the whole'}: ${comment.text}`)
  for (const { statement, counts, remark } of review.decisions)
    printLine(
      `${statement.signer.name}${statement.onBehalfOf ? `, for ${statement.onBehalfOf.name}` : ''}: ${statement.decision}, signed ${statement.signedAt}${counts ? '' : ', does not count'}${remark === null ? '' : ` (${remark})`}`,
    )
}

function findFinding(review: ReviewView, wanted: string): FindingView {
  const found = review.findings.filter((finding) => finding.id.startsWith(wanted) || finding.title === wanted)
  const [only] = found
  if (only && found.length === 1) return only
  throw new AssayError({
    code: 'review/no-finding',
    message: `${only ? 'More than one finding is' : 'There is no finding'} "${wanted}".`,
    remedy: `Findings: ${review.findings.map((finding) => `${finding.id} ${finding.title}`).join('; ') || 'none'}.`,
  })
}

/** "TEXT; OWNER; 2026-12-31" */
function parseCondition(given: string): Condition {
  const parts = given.split(';').map((part) => part.trim())
  const parsed = conditionSchema.safeParse({
    text: parts.slice(0, -2).join('; '),
    owner: parts.at(-2),
    due: parts.at(-1),
  })
  if (parsed.success) return parsed.data
  throw new AssayError({
    code: 'usage/condition',
    message: `"${given}" is not a condition.`,
    remedy: 'Write "what must be done; who; 2026-12-31".',
  })
}

async function signing(session: Session, wanted: string | undefined) {
  const person = await actingPerson(session, wanted)
  return { personId: person.id, passphrase: await readPassphrase(person.name) }
}

export function addReviewCommands(program: Command, global: () => Global): void {
  const run = async (work: (session: Session) => Promise<ReviewView>): Promise<void> => {
    const { workspace, json } = global()
    await withSession(workspace, json, async (session) => {
      const review = await work(session)
      if (json) printJson({ review })
      else printReview(review)
    })
  }
  const acting = async (session: Session, wanted: string, who: string | undefined) => ({
    id: (await findReview(session, wanted)).id,
    personId: (await actingPerson(session, who)).id,
  })
  const review = program.command('review').description('have a version reviewed by someone who did not make it')
  review
    .command('request <run>')
    .description('ask for a review of a run’s evidence under a policy, and sign the request')
    .requiredOption('--policy <file>', 'the policy as YAML')
    .option('--note <text>', 'what the reviewer should know', '')
    .option('--round-of <review>', 'a new round of this review, with a new run or with changed evidence')
    .option(...as)
    .action(async (wanted: string, flags: { policy: string; note: string; roundOf?: string; as?: string }) => {
      const text = await readFile(flags.policy, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw new AssayError({
          code: 'policy/file',
          message: `${flags.policy} cannot be read (${error.code}).`,
          remedy: 'Check the path.',
        })
      })
      await run(async (session) => {
        const runId = await findRun(session, wanted)
        const reviewId = flags.roundOf === undefined ? undefined : (await findReview(session, flags.roundOf)).id
        return session.call.reviews.request({
          ...(await signing(session, flags.as)),
          runId,
          policy: { text },
          note: flags.note,
          ...(reviewId === undefined ? {} : { reviewId }),
        })
      })
    })
  review
    .command('list')
    .description('the reviews of this workspace, the newest first')
    .action(async () => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const reviews = await session.call.reviews.list()
        if (json) return printJson({ reviews })
        printTable(
          ['review', 'of', 'state', 'approvals', 'gates', 'open findings', 'asked by'],
          reviews.map((entry) => [
            entry.id,
            entry.title,
            entry.standing.state,
            `${entry.standing.approvals}/${entry.standing.needed}`,
            entry.gatesOutcome,
            String(entry.openFindings),
            entry.requestedBy.name,
          ]),
        )
      })
    })
  review
    .command('show <review>')
    .description('gates, findings, comments and decisions ("latest" is the newest review)')
    .action(async (wanted: string) =>
      run(async (session) => session.call.reviews.get({ id: (await findReview(session, wanted)).id })),
    )
  review
    .command('finding <review>')
    .description('open a finding')
    .requiredOption('--severity <severity>', findingSeveritySchema.options.join(', '))
    .requiredOption('--title <title>', 'in one line')
    .option('--text <text>', 'the whole of it', '')
    .option('--path <path>', 'the figure it is about, for example metrics.roc_auc')
    .option('--owner <name>', 'who is to deal with it')
    .option('--due <date>', 'until when, as 2026-12-31')
    .option(...as)
    .action(
      async (
        wanted: string,
        flags: {
          severity: string
          title: string
          text: string
          path?: string
          owner?: string
          due?: string
          as?: string
        },
      ) =>
        run(async (session) =>
          session.call.reviews.openFinding({
            ...(await acting(session, wanted, flags.as)),
            finding: {
              severity: oneOf('severity', findingSeveritySchema.options, flags.severity),
              title: flags.title,
              text: flags.text,
              path: flags.path ?? null,
              owner: flags.owner ?? null,
              due: flags.due ?? null,
            },
          }),
        ),
    )
  review
    .command('answer <review> <finding>')
    .description('answer a finding, or settle it (authors answer; others close or accept)')
    .requiredOption('--state <state>', findingStateSchema.options.join(', '))
    .option('--text <text>', 'what was done, or why the risk is accepted', '')
    .option(...as)
    .action(async (wanted: string, finding: string, flags: { state: string; text: string; as?: string }) =>
      run(async (session) => {
        const who = await acting(session, wanted, flags.as)
        const found = findFinding(await session.call.reviews.get({ id: who.id }), finding)
        return session.call.reviews.changeFinding({
          ...who,
          finding: found.id,
          state: oneOf('state', findingStateSchema.options, flags.state),
          text: flags.text,
        })
      }),
    )
  review
    .command('comment <review> <text>')
    .description('say something, about a figure with --path')
    .option('--path <path>', 'the figure it is about')
    .option(...as)
    .action(async (wanted: string, text: string, flags: { path?: string; as?: string }) =>
      run(async (session) =>
        session.call.reviews.comment({
          ...(await acting(session, wanted, flags.as)),
          path: flags.path ?? null,
          finding: null,
          text,
        }),
      ),
    )
  review
    .command('check <review> <checklist> <item>')
    .description(`settle an item of a checklist: ${checklistNameSchema.options.join(', ')}`)
    .option('--state <state>', checkStateSchema.options.join(', '), 'done')
    .option('--note <text>', 'what you looked at', '')
    .option(...as)
    .action(
      async (wanted: string, checklist: string, item: string, flags: { state: string; note: string; as?: string }) =>
        run(async (session) =>
          session.call.reviews.check({
            ...(await acting(session, wanted, flags.as)),
            checklist: oneOf('checklist', checklistNameSchema.options, checklist),
            item,
            state: oneOf('state', checkStateSchema.options, flags.state),
            note: flags.note,
          }),
        ),
    )
  review
    .command('withdraw <review>')
    .description('take the request back')
    .option('--text <text>', 'why', '')
    .option(...as)
    .action(async (wanted: string, flags: { text: string; as?: string }) =>
      run(async (session) =>
        session.call.reviews.withdraw({ ...(await acting(session, wanted, flags.as)), text: flags.text }),
      ),
    )
  review
    .command('export <review>')
    .description('write one signed file: for the reviewer, or with --decision for the way back')
    .requiredOption('--out <file>', 'the file, a .tar')
    .option('--decision', 'only decisions and remarks, for the workspace that asked')
    .option('--no-model', 'leave the graph out; the review names its hash')
    .option(...as)
    .action(async (wanted: string, flags: { out: string; decision?: boolean; model: boolean; as?: string }) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const path = resolve(flags.out)
        const { jobId } = await session.call.reviews.export({
          id: (await findReview(session, wanted)).id,
          ...(await signing(session, flags.as)),
          kind: flags.decision ? 'decision' : 'review',
          includeModel: flags.model,
          file: { path },
        })
        await session.follow(jobId)
        if (json) printJson({ file: path })
        else printLine(`wrote ${path}`)
      })
    })
  review
    .command('import <file>')
    .description('take in a package: every byte, signature and gate is checked first')
    .option('--trust <fingerprint>', 'the sender’s fingerprint as they read it to you (16 digits or more)')
    .action(async (file: string, flags: { trust?: string }) =>
      run(async (session) => {
        const { jobId } = await session.call.reviews.import({
          file: { path: resolve(file) },
          ...(flags.trust === undefined ? {} : { trust: flags.trust.replaceAll(' ', '').toLowerCase() }),
        })
        return session.call.reviews.get({ id: (await session.follow(jobId)) as ReviewView['id'] })
      }),
    )
  addDecisionCommands(program, global)
}

function addDecisionCommands(program: Command, global: () => Global): void {
  const decide = async (
    wanted: string,
    decision: Decision,
    flags: { as?: string; reason: string; condition?: string[] },
  ): Promise<void> => {
    const { workspace, json } = global()
    const conditions = (flags.condition ?? []).map(parseCondition)
    await withSession(workspace, json, async (session) => {
      const { id, subject } = await findReview(session, wanted)
      if (!json) process.stderr.write(`You sign on the evidence ${subject.evidenceSha256}\n`)
      const result = await session.call.reviews.decide({
        id,
        ...(await signing(session, flags.as)),
        decision,
        reasons: flags.reason,
        conditions,
        evidenceSha256: subject.evidenceSha256,
      })
      if (json) printJson(result)
      else printReview(result.review)
    })
  }
  program
    .command('approve <review>')
    .description('sign an approval of the evidence under its policy; never of your own work')
    .option('--reason <text>', 'why', '')
    .option('--condition <conditions...>', 'approve with conditions: "what; who; 2026-12-31"')
    .option(...as)
    .action((wanted: string, flags: { as?: string; reason: string; condition?: string[] }) =>
      decide(wanted, flags.condition ? 'approve with conditions' : 'approve', flags),
    )
  program
    .command('reject <review>')
    .description('sign a rejection')
    .requiredOption('--reason <text>', 'what must change')
    .option(...as)
    .action((wanted: string, flags: { as?: string; reason: string }) => decide(wanted, 'reject', flags))
}
