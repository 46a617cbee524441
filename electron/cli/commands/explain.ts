import { extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { explainMethodSchema, gameSchema } from '../../../shared/contract/explain.ts'
import type {
  Counterfactual,
  ExplainRequest,
  Explanation,
  Occlusion,
  RowExplanation,
} from '../../../shared/contract/explain.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { closeLocalSession } from '../../engine/explain/local-session.ts'
import type { Global } from '../assay.ts'
import { findDataset, findRun } from '../find.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'

interface Flags {
  method: string
  game: string
  background?: string
  row?: string
  rows?: string
  className?: string
  out?: string
  effects: boolean
  counterfactuals?: boolean
}

const methods = ['auto', ...explainMethodSchema.options.filter((name) => name !== 'image')] as const

function oneOf<T extends string>(text: string, allowed: readonly T[], option: string): T {
  const found = allowed.find((name) => name === text)
  if (found !== undefined) return found
  throw new AssayError({
    code: 'usage/choice',
    message: `"${text}" is not one of the choices of ${option}.`,
    remedy: `They are ${allowed.join(', ')}.`,
  })
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new AssayError({
    code: 'usage/number',
    message: `"${text}" is not a whole number above 0, as ${option} takes.`,
    remedy: 'See --help.',
  })
}

async function requestOf(session: Session, id: RunId, flags: Flags): Promise<Partial<ExplainRequest> & { id: RunId }> {
  return {
    id,
    method: oneOf(flags.method, methods, '--method') as ExplainRequest['method'],
    game: oneOf(flags.game, gameSchema.options, '--game'),
    background: flags.background === undefined ? null : await findDataset(session, flags.background),
    effects: flags.effects,
    rows: flags.rows === undefined ? null : wholeNumber(flags.rows, '--rows'),
  }
}

export function printExplanation(explanation: Explanation): void {
  const { rows, reference, additivity, parity } = explanation
  printLine(`${explanation.methodTitle}, ${explanation.spaceNote}`)
  printLine(
    `${rows.explained.toLocaleString('en-US')} of ${rows.total.toLocaleString('en-US')} rows, ${explanation.game}, reference "${reference.name}" (${reference.used.toLocaleString('en-US')} of ${reference.rows.toLocaleString('en-US')} rows)`,
  )
  printLine(
    `attributions add up to ${additivity.largest.toExponential(1)} (bound ${additivity.bound.toExponential(1)})${parity ? `; scores agree with ONNX Runtime to ${parity.largest.toExponential(1)}` : ''}`,
  )
  printFindings(explanation.findings)
  for (const output of explanation.outputs) {
    printLine()
    printLine(`${output.name}: base ${String(output.base)}`)
    printTable(
      ['column', 'mean |attribution|  interval', 'mean  interval', 'largest'],
      output.features.map((feature) => [
        explanation.players[feature.player]!.name,
        metricText(feature.meanAbs),
        metricText(feature.mean),
        String(feature.largest),
      ]),
    )
  }
}

function printRow(row: RowExplanation): void {
  printLine(`row ${row.row + 1}${row.target === null ? '' : `, actually ${row.target}`}, ${row.spaceNote}`)
  printLine(row.scores.map(({ name, score }) => `${name} ${score === null ? '—' : score.toFixed(4)}`).join('  '))
  for (const output of row.outputs) {
    printLine()
    printLine(`${output.name}: base ${output.base.toPrecision(6)}, this row ${output.margin.toPrecision(6)}`)
    printTable(
      ['column', 'value', 'attribution', 'standard error'],
      output.parts.map((part) => [
        part.name,
        part.value,
        (part.attribution < 0 ? '' : '+') + part.attribution.toPrecision(4),
        part.standardError === null ? '' : part.standardError.toPrecision(2),
      ]),
    )
    for (const sentence of output.words) printLine(`  ${sentence}`)
  }
}

function printOcclusion(map: Occlusion): void {
  printLine(`row ${map.row + 1}, ${map.className}: ${String(map.score)}`)
  const largest = Math.max(...map.map.map(Math.abs), Number.MIN_VALUE)
  const shades = ' .:-=+*#%@'
  // Two characters a pixel keep the proportions; larger pictures are thinned.
  const step = Math.max(1, Math.ceil(map.width / 32))
  for (let y = 0; y < map.height; y += step) {
    let line = ''
    for (let x = 0; x < map.width; x += step) {
      const share = Math.max(0, map.map[y * map.width + x]!) / largest
      line += shades[Math.min(shades.length - 1, Math.floor(share * shades.length))]!.repeat(2)
    }
    printLine(line)
  }
  printLine(
    `mean score while pixels are greyed: ${String(map.deletion.area)} by importance, ${String(map.randomArea)} in random order`,
  )
}

function printCounterfactuals(found: readonly Counterfactual[]): void {
  printLine()
  if (found.length === 0) return printLine('No change of up to three columns turns the decision.')
  printTable(
    ['changes that turn the decision', 'score', 'distance'],
    found.map((one) => [
      one.changes.map((change) => `${change.column}: ${change.from} → ${change.to}`).join('; '),
      one.score.toFixed(4),
      one.distance.toFixed(2),
    ]),
  )
}

async function explainOneRow(session: Session, id: RunId, flags: Flags, json: boolean): Promise<void> {
  const row = wholeNumber(flags.row!, '--row') - 1
  const { binding } = await session.call.runs.get({ id })
  if (binding.inputs.some((input) => input.kind === 'image')) {
    const map = await session.call.explain.occlusion({ id, row, className: flags.className ?? null })
    return json ? printJson(map) : printOcclusion(map)
  }
  const asked = flags.method !== 'auto' || flags.background !== undefined || flags.game !== 'path-dependent'
  if (asked || !(await session.call.explain.get({ id }))) {
    const { jobId } = await session.call.explain.start(await requestOf(session, id, flags))
    await session.follow(jobId)
  }
  const explained = await session.call.explain.row({ id, row })
  const turned = flags.counterfactuals ? await session.call.explain.counterfactuals({ id, row }) : null
  if (json) return printJson(turned ? { ...explained, counterfactuals: turned.found } : explained)
  printRow(explained)
  if (turned) printCounterfactuals(turned.found)
}

async function explainAll(session: Session, id: RunId, flags: Flags, json: boolean): Promise<void> {
  const { jobId } = await session.call.explain.start(await requestOf(session, id, flags))
  await session.follow(jobId)
  const explanation = (await session.call.explain.get({ id }))!
  if (json) printJson(explanation)
  else printExplanation(explanation)
}

export function addExplainCommands(program: Command, global: () => Global): void {
  program
    .command('explain <run>')
    .description('why the scores are what they are: attributions of every row to the raw columns')
    .option('--method <method>', methods.join(', '), 'auto')
    .option('--game <game>', `what an absent column is, for trees: ${gameSchema.options.join(', ')}`, 'path-dependent')
    .option('--background <dataset>', 'where absent columns take their values from (default: the dataset of the run)')
    .option('--row <n>', 'explain one row, counted from 1')
    .option('--counterfactuals', 'with --row: small changes that turn the decision')
    .option('--class-name <name>', 'with --row, for images: the class (default: the predicted one)')
    .option('--rows <n>', 'rows that the sampled methods explain')
    .option('--no-effects', 'leave out permutation importance and column effects')
    .option('--out <file>', 'write the attributions of every row as .csv or .parquet')
    .action(async (wanted: string, flags: Flags) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const id = await findRun(session, wanted)
        try {
          if (flags.row === undefined) await explainAll(session, id, flags, json)
          else await explainOneRow(session, id, flags, json)
          if (flags.out === undefined) return
          const format = extname(flags.out).toLowerCase() === '.parquet' ? 'parquet' : 'csv'
          const { jobId } = await session.call.explain.exportValues({ id, file: { path: resolve(flags.out) }, format })
          await session.follow(jobId)
          if (!json) printLine(`wrote ${resolve(flags.out)}`)
        } finally {
          await closeLocalSession(session.engine)
        }
      })
    })
}
