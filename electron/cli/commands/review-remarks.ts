/** Findings, answers, comments and checklists: `assay review finding`, `answer`, `comment`, `check`, `withdraw`. */
import type { Command } from 'commander'
import { AssayError } from '../../../shared/contract/errors.ts'
import {
  checkStateSchema,
  checklistNameSchema,
  findingSeveritySchema,
  findingStateSchema,
} from '../../../shared/contract/review.ts'
import type { FindingView, ReviewView } from '../../../shared/contract/review.ts'
import type { Global } from '../assay.ts'
import { oneOf } from '../options.ts'
import { acting, as, withReview } from './review-session.ts'

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

/** @param review The command that these belong under. */
export function addRemarkCommands(review: Command, global: () => Global): void {
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
        withReview(global(), async (session) =>
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
      withReview(global(), async (session) => {
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
      withReview(global(), async (session) =>
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
        withReview(global(), async (session) =>
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
      withReview(global(), async (session) =>
        session.call.reviews.withdraw({ ...(await acting(session, wanted, flags.as)), text: flags.text }),
      ),
    )
}
