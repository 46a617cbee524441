/** `assay decide`: thresholds by cost, by capacity and by net benefit. */
import type { Command } from 'commander'
import type { OperatingPoint, Payoff } from '../../../shared/contract/decision.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Global } from '../assay.ts'
import { findRun } from '../find.ts'
import { collect, readNumber, real, usage, wholeOrZero } from '../options.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'

const payoffNames = {
  tp: 'truePositive',
  fp: 'falsePositive',
  fn: 'falseNegative',
  tn: 'trueNegative',
} as const

/** "fp=1,fn=5" as costs; "tp=20" as a benefit. */
export function readPayoff(costs: readonly string[], benefits: readonly string[]): Payoff | undefined {
  if (costs.length + benefits.length === 0) return undefined
  const payoff = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 }
  const read = (texts: readonly string[], sign: 1 | -1) => {
    for (const part of texts.flatMap((text) => text.split(','))) {
      const [name = '', value = ''] = part.split('=').map((one) => one.trim())
      const key = payoffNames[name.toLowerCase() as keyof typeof payoffNames]
      if (!key) throw usage('cost', `"${part}" is not of the form fp=1: name tp, fp, fn or tn.`)
      payoff[key] += sign * readNumber(value, 'cost')
    }
  }
  read(costs, -1)
  read(benefits, 1)
  return payoff
}

function pointRow(name: string, point: OperatingPoint): string[] {
  const of = (key: string) => (point.metrics[key] ? metricText(point.metrics[key]) : '')
  return [
    name,
    point.threshold === null ? 'none selected' : String(Number(point.threshold.toPrecision(6))),
    String(point.tp + point.fp),
    of('precision'),
    of('recall'),
    of('lift'),
    of('net_benefit'),
    of('value'),
  ]
}

interface DecideFlags {
  cost: string[]
  benefit: string[]
  capacity?: number
  threshold?: number
  accept?: boolean
  reason?: string
  section?: boolean
}

async function decideCommand(wanted: string, flags: DecideFlags, { workspace, json }: Global): Promise<void> {
  const payoff = readPayoff(flags.cost, flags.benefit)
  await withSession(workspace, json, async (session) => {
    const id = await findRun(session, wanted)
    await session.follow((await session.call.decisions.prepare({ id })).jobId)
    const request = {
      id,
      ...(payoff ? { payoff } : {}),
      ...(flags.capacity === undefined ? {} : { capacity: flags.capacity }),
    }
    const decision = await session.call.decisions.look(request)
    const asked =
      flags.threshold === undefined
        ? null
        : await session.call.decisions.at({
            id,
            query: { threshold: flags.threshold },
            ...(payoff ? { payoff } : {}),
          })
    if (flags.section) await session.follow((await session.call.decisions.start(request)).jobId)
    const chosen = flags.accept
      ? await choose(session, id, asked ?? decision.atCapacity ?? decision.best, flags.reason)
      : null
    if (json) return printJson({ decision, ...(asked ? { asked } : {}), ...(chosen ? { chosen } : {}) })
    printLine(`${decision.rows.positives} of ${decision.rows.used} rows are "${decision.positive}"`)
    printTable(
      ['at', 'threshold', 'selected', 'precision', 'recall', 'lift', 'net benefit', 'value a row'],
      [
        pointRow('evaluated', decision.evaluated),
        ...(asked ? [pointRow('asked', asked)] : []),
        ...(decision.best ? [pointRow('best value', decision.best)] : []),
        ...(decision.atCapacity ? [pointRow(`${decision.capacity} rows`, decision.atCapacity)] : []),
      ],
    )
    if (decision.best) printLine('The value at the best threshold is optimistic: it was chosen on these rows.')
    printFindings(decision.findings ?? [])
    if (chosen) printLine(`the version's threshold is ${chosen.threshold} from now on`)
  })
}

async function choose(session: Session, id: RunId, point: OperatingPoint | null, reason: string | undefined) {
  if (point === null || point.threshold === null) {
    throw usage('accept', '--accept needs a threshold: give --threshold, --capacity or --cost.')
  }
  const run = await session.call.runs.get({ id })
  return session.call.decisions.choose({
    versionId: run.versionId,
    threshold: point.threshold,
    reason: reason ?? 'chosen with assay decide',
    runId: id,
  })
}

export function addDecideCommand(program: Command, global: () => Global): void {
  program
    .command('decide <run>')
    .description('thresholds by cost and benefit, by capacity, and by net benefit')
    .option('--cost <fp=1,fn=5>', 'what a row of a kind costs (repeat)', collect, [])
    .option('--benefit <tp=20>', 'what a row of a kind is worth (repeat)', collect, [])
    .option('--capacity <rows>', 'how many rows can be acted on', wholeOrZero)
    .option('--threshold <score>', 'look at this threshold', real)
    .option('--accept', "make it the version's own: the given threshold, else the capacity's, else the best")
    .option('--reason <text>', 'why, for the audit log')
    .option('--section', "write it into the run's evidence")
    .action((run: string, flags: DecideFlags) => decideCommand(run, flags, global()))
}
