/** `assay review`: ask for one, read it, send it to a second desktop and take it back in. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ReviewView } from '../../../shared/contract/review.ts'
import type { Global } from '../assay.ts'
import { findReview } from '../find-people.ts'
import { findRun } from '../find.ts'
import { printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'
import { addDecisionCommands } from './review-decisions.ts'
import { addRemarkCommands } from './review-remarks.ts'
import { as, signing, withReview } from './review-session.ts'

export function addReviewCommands(program: Command, global: () => Global): void {
  const run = (work: (session: Session) => Promise<ReviewView>): Promise<void> => withReview(global(), work)
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
  addRemarkCommands(review, global)
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
