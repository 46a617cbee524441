/** `assay approve` and `assay reject`. */
import type { Command } from 'commander'
import { AssayError } from '../../../shared/contract/errors.ts'
import { conditionSchema } from '../../../shared/contract/review.ts'
import type { Condition, Decision } from '../../../shared/contract/review.ts'
import type { Global } from '../assay.ts'
import { findReview } from '../find-people.ts'
import { printJson } from '../output.ts'
import { withSession } from '../session.ts'
import { as, printReview, signing } from './review-session.ts'

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

export function addDecisionCommands(program: Command, global: () => Global): void {
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
