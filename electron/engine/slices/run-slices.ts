/** Searches a run for slices in which the model does worse, in a worker thread, and keeps what it found in the evidence. */
import { join } from 'node:path'
import type { Column } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import { slicesSectionSchema } from '../../../shared/contract/slices.ts'
import type { SlicesOptions, SlicesSection } from '../../../shared/contract/slices.ts'
import type { SearchColumn } from '../../../shared/slices/beam.ts'
import { unitOf } from '../../../shared/slices/slice-test.ts'
import type { SlicesInput } from '../../../shared/slices/search-slices.ts'
import { openDuck } from '../../data-plane/duck.ts'
import type { Engine } from '../engine.ts'
import { readDecidedRun } from '../evaluation/decided-rows.ts'
import type { DecidedRun } from '../evaluation/decided-rows.ts'
import { addSection } from '../evaluation/evidence-store.ts'
import { runAnalysis } from '../evaluation/run-analysis.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { cutColumn } from './cut-columns.ts'
import { lossesOf } from './losses.ts'
import { readCodes } from './read-codes.ts'
import { noSuchColumn, readDefined } from './read-defined.ts'
import { weightsUnused } from '../evaluation/weights-unused.ts'

/** Codes of all columns stay in memory, one byte a value. */
const mostCodes = 800_000_000
/** A slice of fewer rows than this part of all is too small to act on, unless the user says otherwise. */
const smallestShare = 1 / 200
const fewestRows = 30

/** @throws AssayError slices/metric, slices/no-columns, dataset/no-such-column, run/not-evaluated */
export async function runSlices(
  engine: Engine,
  runId: RunId,
  options: SlicesOptions,
  context: JobContext,
): Promise<SlicesSection> {
  const decided = await readDecidedRun(engine, runId, context)
  const metric = options.metric ?? (decided.run.task === 'regression' ? 'absolute_error' : 'error_rate')
  const wanted = searchedColumns(decided, options)
  // Before the losses: they may take further rows out of the mask, which the codes must follow.
  const { losses, isRate, mask } = lossesOf(decided, metric)
  const { columns, features, left } = await readSearched(
    engine,
    { ...decided, mask, used: losses.length },
    wanted,
    context,
  )
  const defined = await readDefined({ ...decided, mask, used: losses.length, defined: options.defined, context })
  const minimumRows = options.minimumRows ?? Math.max(fewestRows, Math.ceil(losses.length * smallestShare))
  context.progress({ step: 'Searching slices', done: 0, total: null, unit: 'steps' })
  const input: SlicesInput = {
    losses,
    isRate,
    columns,
    defined,
    depth: options.depth,
    minimumRows,
    level: options.level,
  }
  const result = await runAnalysis(
    engine,
    { analysis: 'slices', input },
    [losses, ...columns.map(({ coded }) => coded), ...defined.map(({ member }) => member)],
    context,
  )
  const section = slicesSectionSchema.parse({
    schema: 'assay.slices/1',
    createdAt: new Date().toISOString(),
    metric,
    unit: unitOf(metric),
    rows: { total: decided.dataset.rows, used: result.overall.n },
    level: options.level,
    minimumRows,
    depth: options.depth,
    features,
    left,
    ...result,
    findings: [...weightsUnused(decided.dataset, 'The slice search'), ...findingsOf(result, minimumRows)],
  } satisfies SlicesSection)
  await addSection(engine, runId, 'slices', section)
  return section
}

function searchedColumns(decided: DecidedRun, options: SlicesOptions): Column[] {
  const { columns } = decided.dataset
  if (options.columns) {
    return [...new Set(options.columns)].map((name) => {
      const column = columns.find((entry) => entry.name === name && entry.role !== 'target')
      if (!column) throw noSuchColumn(decided.dataset, name)
      return column
    })
  }
  return columns.filter((column) => column.role === 'feature' || (column.protected && column.role !== 'target'))
}

async function readSearched(
  engine: Engine,
  { dataPath, mask, used }: Pick<DecidedRun, 'dataPath' | 'mask' | 'used'>,
  wanted: readonly Column[],
  context: JobContext,
): Promise<{ columns: SearchColumn[] } & Pick<SlicesSection, 'features' | 'left'>> {
  context.progress({ step: 'Cutting columns', done: 0, total: wanted.length, unit: 'steps' })
  const duck = await openDuck({ temporaryDirectory: join(engine.workspace.folder, 'tmp') })
  try {
    const cuts: { readonly cut: SearchColumn; readonly expression: string; readonly prepare: readonly string[] }[] = []
    const left: SlicesSection['left'] = []
    for (const [place, column] of wanted.entries()) {
      context.signal.throwIfAborted()
      context.progress({ done: place })
      if ((cuts.length + 1) * used > mostCodes) {
        left.push({ column: column.name, reason: 'the columns before it fill the memory that a search may use' })
        continue
      }
      const result = await cutColumn(duck, dataPath, column, place)
      if ('left' in result) left.push({ column: column.name, reason: result.left })
      else cuts.push({ ...result, cut: { ...result.cut, coded: new Uint8Array(0) } })
    }
    context.progress({ step: 'Reading columns', done: 0, total: cuts.length })
    const codes = await readCodes({
      dataPath,
      prepare: cuts.flatMap(({ prepare }) => prepare),
      expressions: cuts.map(({ expression }) => expression),
      wide: false,
      mask,
      used,
      context,
    })
    return {
      columns: cuts.map(({ cut }, place) => ({ ...cut, coded: codes[place]! as Uint8Array })),
      features: cuts.map(({ cut }) => ({
        column: cut.column,
        kind: cut.kind,
        predicates: cut.predicates.length,
        note: cut.note,
      })),
      left,
    }
  } finally {
    duck.close()
  }
}

function findingsOf(
  { found, search }: Pick<SlicesSection, 'found' | 'search'>,
  minimumRows: number,
): EvidenceFinding[] {
  const [worst] = found
  if (!worst) return []
  return [
    {
      code: 'slices/worse',
      severity: 'warning',
      message: `The model does worse where ${worst.title}: ${worst.n} rows, ${worst.inside.value!.toPrecision(3)} against ${worst.outside.value!.toPrecision(3)} elsewhere. ${found.length} such slices of at least ${minimumRows} rows are shown, of ${search.significant} that chance does not explain.`,
      remedy:
        'Look at the rows of each slice: a feature may be missing, or there may be too few such rows in training.',
      where: { slices: found.length, rows: worst.n },
    },
  ]
}
