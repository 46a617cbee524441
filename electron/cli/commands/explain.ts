import { extname, resolve } from 'node:path'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { Command } from 'commander'
import { explainMethodSchema, gameSchema } from '../../../shared/contract/explain.ts'
import { imageExplanationSchema } from '../../../shared/contract/explain-image.ts'
import type { ExplainRequest, Explanation } from '../../../shared/contract/explain.ts'
import type { ImageExplanation, ImageRow } from '../../../shared/contract/explain-image.ts'
import type { RowExplanation, TextRow } from '../../../shared/contract/explain-row.ts'
import type { Counterfactuals, Neighbours } from '../../../shared/contract/explain-turning.ts'
import {
  agreementWords,
  branchWord,
  faithfulnessVerdict,
  stabilityWords,
} from '../../../shared/format/explanation-words.ts'
import { imageMethodNotes, imageMethodTitles } from '../../../shared/format/image-methods.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { closeLocalSession } from '../../engine/explain/local-session.ts'
import type { Global } from '../assay.ts'
import { findDataset, findRun } from '../find.ts'
import { metricText, printFindings, printJson, printLine, printTable } from '../output.ts'
import { collect, oneOf, wholeNumber } from '../options.ts'
import { turningRequest } from './explain-options.ts'
import type { TurningFlags } from './explain-options.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'

interface Flags extends TurningFlags {
  method: string
  game: string
  background?: string
  row?: number
  rows?: number
  className?: string
  out?: string
  effects: boolean
  counterfactuals?: boolean
  neighbours?: boolean
  words?: boolean
}

const methods = ['auto', ...explainMethodSchema.options] as const

async function requestOf(session: Session, id: RunId, flags: Flags): Promise<Partial<ExplainRequest> & { id: RunId }> {
  return {
    id,
    method: oneOf('method', methods, flags.method),
    game: oneOf('game', gameSchema.options, flags.game),
    background: flags.background === undefined ? null : await findDataset(session, flags.background),
    effects: flags.effects,
    rows: flags.rows ?? null,
  }
}

function printExplanation(explanation: Explanation): void {
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
  printMore(explanation)
}

/** What scoring the model again says of it: as the window shows it. */
function printMore({ importance, friedman, quality, surrogate, players }: Explanation): void {
  const named = (player: number): string => players[player]!.name
  if (importance) {
    printLine()
    printLine(`fall of ${importance.metric} from ${importance.baseline} when a column is shuffled`)
    printTable(
      ['column', 'fall  interval'],
      importance.features.slice(0, 20).map(({ player, drop }) => [named(player), metricText(drop)]),
    )
  }
  if (friedman) {
    printLine()
    printTable(
      ["columns together (Friedman's H)", 'H  interval'],
      friedman.pairs.slice(0, 10).map(({ a, b, h }) => [`${named(a)} and ${named(b)}`, metricText(h)]),
    )
  }
  if (surrogate) {
    printLine()
    printLine(`a tree of depth ${surrogate.depth} reproduces ${metricText(surrogate.fidelity)} of the variance`)
    for (const [at, node] of surrogate.nodes.entries()) {
      const test = node.column === null ? '' : `: ${node.column} is ${node.test}?`
      printLine(
        `${'  '.repeat(node.depth + 1)}${branchWord(surrogate.nodes, at)}: mean ${node.mean}, ${node.n} rows${test}`,
      )
    }
  }
  if (quality) {
    const { deletion, insertion, stability, agreement } = quality
    printLine()
    printTable(
      [`tests on ${quality.rows} rows`, 'result  interval', 'what it says'],
      [
        ['deletion, gain over chance', metricText(deletion.gain), faithfulnessVerdict(deletion.gain)],
        ['insertion, gain over chance', metricText(insertion.gain), faithfulnessVerdict(insertion.gain)],
        ['change when numbers move a little', metricText(stability.change), stabilityWords(stability)],
        ['first reason stays', metricText(stability.firstReason), ''],
        ...agreement.map(({ method, rank, top }) => [
          `rank correlation with ${method}`,
          metricText(rank),
          agreementWords(top),
        ]),
      ],
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

function printImageRow(found: ImageRow): void {
  printLine(`row ${found.row + 1}, ${found.className}: ${String(found.score)}; ${found.scored} pictures scored`)
  const shades = ' .:-=+*#%@'
  // Two characters a pixel keep the proportions; larger pictures are thinned.
  const step = Math.max(1, Math.ceil(found.width / 32))
  for (const { method, map, deletion, insertion } of found.maps) {
    printLine()
    printLine(`${imageMethodTitles[method]}: ${imageMethodNotes[method]}`)
    const largest = Math.max(...map.map(Math.abs), Number.MIN_VALUE)
    for (let y = 0; y < found.height; y += step) {
      let line = ''
      for (let x = 0; x < found.width; x += step) {
        const share = Math.max(0, map[y * found.width + x]!) / largest
        line += shades[Math.min(shades.length - 1, Math.floor(share * shades.length))]!.repeat(2)
      }
      printLine(line)
    }
    printLine(
      `mean score: ${deletion.area} while pixels are hidden in this order, ${found.random.deletion.area} at random; ${insertion.area} while they are shown, ${found.random.insertion.area} at random`,
    )
  }
  printLine()
  printTable(
    ['agreement of', 'and', 'rank correlation'],
    found.agreement.map(({ a, b, rank }) => [
      imageMethodTitles[a],
      imageMethodTitles[b],
      rank === null ? '—' : rank.toFixed(3),
    ]),
  )
}

function printImages({ rows, methods, agreement }: ImageExplanation): void {
  printLine(`${rows.explained} of ${rows.total.toLocaleString('en-US')} rows; gains over a random order of pixels`)
  printTable(
    ['method', 'deletion  interval', 'insertion  interval'],
    methods.map(({ method, deletion, insertion }) => [
      imageMethodTitles[method],
      metricText(deletion),
      metricText(insertion),
    ]),
  )
  printLine()
  printTable(
    ['agreement of', 'and', 'rank correlation  interval'],
    agreement.map(({ a, b, rank }) => [imageMethodTitles[a], imageMethodTitles[b], metricText(rank)]),
  )
}

function printCounterfactuals({ found, tried, usual, elapsedMs }: Counterfactuals): void {
  printLine()
  if (found.length === 0) return printLine('No change of up to three columns reaches it.')
  printTable(
    ['changes that turn the decision', 'score', 'distance', 'plausible'],
    found.map((one) => [
      one.changes.map((change) => `${change.column}: ${change.from} → ${change.to}`).join('; '),
      one.score.toPrecision(4),
      one.distance.toFixed(2),
      one.plausible === null ? '—' : one.plausible ? 'yes' : 'unlikely',
    ]),
  )
  const near = usual === null ? '' : `; plausible: within ${usual.toPrecision(3)} of a row that is decided so`
  printLine(`${tried} rows scored in ${Math.round(elapsedMs)} ms${near}`)
}

function printTexts({ columns, className, score }: TextRow): void {
  printLine()
  if (columns.length === 0) return printLine('No column of this row holds a text of four words or more.')
  for (const { column, words, byEffect, atRandom } of columns) {
    printLine(`${column}: ${className} ${score}; how much the score falls without a word`)
    printTable(
      ['word', 'effect'],
      [...words]
        .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
        .slice(0, 20)
        .map(({ text, effect }) => [text.trim(), (effect < 0 ? '' : '+') + String(effect)]),
    )
    const half = Math.floor(byEffect.length / 2)
    printLine(`half of the words deleted: ${byEffect[half]} in this order, ${atRandom[half]} at random`)
  }
}

function printNeighbours({ decision, rule, found, searched }: Neighbours): void {
  printLine()
  printLine(`this row: ${decision}; of ${searched.toLocaleString('en-US')} rows the nearest with ${rule}`)
  printTable(
    ['row', 'decision', 'score', 'actually', 'distance', 'what differs'],
    found.map((one) => [
      String(one.row + 1),
      one.decision,
      one.score.toPrecision(4),
      one.target ?? '—',
      one.distance.toFixed(2),
      one.differences.map(({ column, from, to }) => `${column}: ${from} → ${to}`).join('; '),
    ]),
  )
}

async function explainOneRow(session: Session, id: RunId, flags: Flags, json: boolean): Promise<void> {
  const row = flags.row! - 1
  const { binding } = await session.call.runs.get({ id })
  if (binding.inputs.some((input) => input.kind === 'image')) {
    const found = await session.call.explain.image({ id, row, className: flags.className ?? null })
    return json ? printJson(found) : printImageRow(found)
  }
  const asked = flags.method !== 'auto' || flags.background !== undefined || flags.game !== 'path-dependent'
  if (asked || !(await session.call.explain.get({ id }))) {
    const { jobId } = await session.call.explain.start(await requestOf(session, id, flags))
    await session.follow(jobId)
  }
  const explained = await session.call.explain.row({ id, row })
  const allowed = turningRequest(flags, givesOneNumber(binding.output.task))
  const counterfactuals = flags.counterfactuals
    ? await session.call.explain.counterfactuals({ id, row, ...allowed })
    : undefined
  const neighbours = flags.neighbours ? await session.call.explain.neighbours({ id, row }) : undefined
  const texts = flags.words
    ? await session.call.explain.texts({ id, row, className: flags.className ?? null })
    : undefined
  if (json) return printJson({ ...explained, counterfactuals, neighbours, texts })
  printRow(explained)
  if (counterfactuals) printCounterfactuals(counterfactuals)
  if (neighbours) printNeighbours(neighbours)
  if (texts) printTexts(texts)
}

async function explainAll(session: Session, id: RunId, flags: Flags, json: boolean): Promise<void> {
  const { jobId } = await session.call.explain.start(await requestOf(session, id, flags))
  await session.follow(jobId)
  const { sections = {} } = await session.call.runs.evidence({ id })
  const images = imageExplanationSchema.safeParse(sections['imageExplanation'])
  if (images.success) return json ? printJson(images.data) : printImages(images.data)
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
    .option('--row <n>', 'explain one row, counted from 1', wholeNumber)
    .option('--neighbours', 'with --row: the nearest rows that have another outcome')
    .option('--counterfactuals', 'with --row: small changes that turn the decision, or reach --goal')
    .option(
      '--fixed <column>',
      'with --counterfactuals: a column that stays as it is; may be given several times',
      collect,
      [],
    )
    .option('--bound <column=range>', 'numbers that may be taken, for example age=18..65, 18.. or ..65', collect, [])
    .option('--cost <column=number>', 'what a change of the column costs, where it is not 1', collect, [])
    .option('--goal <goal>', 'a class, or for a regression a range such as 200..')
    .option('--words', 'with --row: how much the score falls without each word of its texts')
    .option('--class-name <name>', 'with --words, and with --row for images: the class (default: the predicted one)')
    .option('--rows <n>', 'rows that the sampled methods, or the maps of images, explain', wholeNumber)
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
