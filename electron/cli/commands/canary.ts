/** `assay canary`: two runs of one dataset, replayed in the order of time. */
import type { Command } from 'commander'
import { canaryFacts } from '../../../shared/comparison/canary-words.ts'
import { canaryLossSchema } from '../../../shared/contract/canary.ts'
import type { ComparisonId } from '../../../shared/contract/ids.ts'
import type { Global } from '../assay.ts'
import { findRun } from '../find.ts'
import { oneOf, real, usage, wholeOrZero } from '../options.ts'
import { printFindings, printJson, printLine } from '../output.ts'
import { withSession } from '../session.ts'

interface CanaryFlags {
  share?: number
  order?: string
  margin?: number
  alpha?: number
  delay?: number
  loss?: string
  attach?: boolean
}

/** "0.1" or "10%". */
function readShare(text: string): number {
  const found = /^(.+)%$/.exec(text.trim())
  const share = found ? real(found[1]!) / 100 : real(text)
  if (share >= 0.001 && share <= 0.5) return share
  throw usage('share', `The share ${text} is not from 0.1 % to 50 %.`)
}

async function canaryCommand(
  [oldRun, newRun]: readonly [string, string],
  { attach = false, loss, ...said }: CanaryFlags,
  { workspace, json }: Global,
): Promise<void> {
  await withSession(workspace, json, async (session) => {
    const runs = [await findRun(session, oldRun), await findRun(session, newRun)]
    const { jobId } = await session.call.comparisons.start({
      runs,
      canary: { ...said, ...(loss === undefined ? {} : { loss: oneOf('loss', canaryLossSchema.options, loss) }) },
    })
    const id = (await session.follow(jobId)) as ComparisonId
    const { comparison, summary } = await session.call.comparisons.get({ id })
    if (attach) for (const runId of runs) await session.call.comparisons.attach({ id, runId })
    if (json) return printJson({ id, canary: comparison.canary, findings: comparison.findings })
    printLine(`${summary.dataset}: ${summary.titles[1]} as a canary beside ${summary.titles[0]}`)
    for (const [term, text] of canaryFacts(comparison.canary!)) printLine(`  ${term}: ${text}`)
    printFindings(comparison.findings)
  })
}

export function addCanaryCommand(program: Command, global: () => Global): void {
  program
    .command('canary <old-run> <new-run>')
    .description(
      'replay the rows in time order with a traffic split, and say when a canary would have been rolled back',
    )
    .option('--share <share>', 'of the traffic for the new version, 0.1 or 10% (default: 10%)', readShare)
    .option('--order <column>', 'orders the rows (default: the time column, else the file)')
    .option('--margin <size>', 'the new version may be worse by this much a row (default: 0)', real)
    .option('--alpha <rate>', 'false alarms at most, however often one looks (default: 0.05)', real)
    .option('--delay <rows>', 'rows that pass before the truth of a row is known (default: 0)', wholeOrZero)
    .option('--loss <loss>', 'log_loss, error_rate or absolute_error')
    .option('--attach', 'put the comparison, with the canary, into the evidence of both runs')
    .action((oldRun: string, newRun: string, flags: CanaryFlags) => canaryCommand([oldRun, newRun], flags, global()))
}
