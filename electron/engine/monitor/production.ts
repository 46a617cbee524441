/**
 * The production rows of a version as two files in one order, oldest first: what was sent with the labels that came, and
 * what was predicted. All later reading takes them for a dataset and the scores of a run.
 */
import { rm } from 'node:fs/promises'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import type { Column, Dataset } from '../../../shared/contract/dataset.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { VersionId } from '../../../shared/contract/ids.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import type { LabelBatch, LogBatch } from '../../../shared/contract/monitor-log.ts'
import { openDuck } from '../../data-plane/duck.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { quoteIdentifier, quoteText } from '../../data-plane/quote.ts'
import { writeParquet } from '../../data-plane/write-parquet.ts'
import type { Engine } from '../engine.ts'
import { readDataset, readVersion } from '../records.ts'
import { scoreColumns, scoreShape } from '../../../shared/scoring/score-columns.ts'
import type { ScoreShape } from '../../../shared/scoring/score-columns.ts'
import { own, scoreNames } from './log-sql.ts'
import { batchesOf } from './monitor-store.ts'
import { queryOf, targetColumns } from './targets.ts'
import { truthNames } from './truth-sql.ts'
import type { Approved } from './watched.ts'

/** Column of a production row's time, as the dataset has it. */
export const timeName = 'assay:time'

export interface Production {
  readonly logs: readonly LogBatch[]
  readonly labels: readonly LabelBatch[]
  /** Rows that have a prediction, with the model's columns, `assay:time` and the target under its own name. */
  readonly rowsPath: string
  /** Of the same rows in the same order, as a run's chunks have them. */
  readonly scoresPath: string
  /** All rows, those without a prediction too: for traffic. */
  readonly trafficSql: string
  readonly shape: ScoreShape
  /** The approved dataset's columns that the logs hold. */
  readonly dataset: Dataset
  readonly rows: {
    readonly logged: number
    readonly scored: number
    readonly errors: number
    readonly labelled: number
  }
  readonly from: string | null
  readonly to: string | null
  readonly timed: number
  readonly duck: Duck
  close(): Promise<void>
}

/** @throws AssayError monitor/no-traffic, monitor/no-prediction */
export async function openProduction(engine: Engine, versionId: VersionId, approved: Approved): Promise<Production> {
  const { workspace } = engine
  const { logs, labels } = batchesOf(workspace.ledger, versionId)
  if (logs.length === 0) {
    throw new AssayError({
      code: 'monitor/no-traffic',
      message: 'No production log of this version was imported yet.',
      remedy: 'Import one: assay monitor import FILE.',
      where: { version: versionId },
    })
  }
  const duck = await openDuck({ temporaryDirectory: `${workspace.folder}/tmp` })
  const rowsPath = workspace.temporary('.parquet')
  const scoresPath = workspace.temporary('.parquet')
  const joinedPath = workspace.temporary('.parquet')
  const close = async (): Promise<void> => {
    duck.close()
    for (const path of [rowsPath, scoresPath]) await rm(path, { force: true })
  }
  try {
    const reference = readDataset(workspace.ledger, approved.run.datasetId)
    const shape = scoreShape(readVersion(workspace.ledger, versionId), approved.run.binding.output)
    const pathOf = ({ data }: { data: { sha256: string } }): string => quoteText(workspace.files.path(data.sha256))
    const traffic = `read_parquet([${logs.map(pathOf).join(', ')}], union_by_name=true)`
    const stored = new Set(
      (await (await duck.run(`DESCRIBE SELECT * FROM ${traffic}`)).getRowsJson()).map((row) => String(row[0])),
    )
    const { output } = approved.run.binding
    const has = (name: string): boolean => stored.has(name.slice(1, -1))
    const features = reference.columns.filter(({ name, role }) => stored.has(name) && role !== 'target')
    const targets = targetColumns(reference, output).map((column) => asRead(column, output))
    const truths = targets.length === 0 ? [] : truthNames(output)
    const query = output.task === 'ranking' && has(own.query) ? queryColumn(reference, features) : null
    const latest = labels.length === 0 || truths.length === 0 ? null : latestSql(labels.map(pathOf), truths)
    const actual = truths.map((name, k) => {
      const logged = has(name) ? `t.${name}` : 'NULL::VARCHAR'
      return `${latest === null ? logged : `coalesce(l.came${k}, ${logged})`} AS "assay:truth${k}"`
    })
    const scored = scoreColumns(shape)
    const sources = scored.map(({ name }) => (name === 'label' ? own.label : `"assay:${name}"`))
    const needed = sources.filter((name) => name !== own.label || scored.length === 1)
    const without = needed.find((name) => !has(name))
    if (without !== undefined) {
      throw new AssayError({
        code: 'monitor/no-prediction',
        message: 'The logs hold no scores of this model.',
        remedy: 'Map the fields that hold them when the log is imported.',
        where: { column: without },
      })
    }
    const predicted = needed.map((name) => `t.${name} IS NOT NULL`).join(' AND ')
    await writeParquet(
      duck,
      `SELECT ${['t.*', ...actual].join(', ')} FROM ${traffic} t
       ${latest === null ? '' : `LEFT JOIN ${latest} l ON l.key = t.${own.id}`}
       WHERE t.${own.error} IS NULL AND ${predicted} ORDER BY t.${own.time} NULLS LAST, t.${own.id}`,
      joinedPath,
      stored.size + actual.length,
    )
    const joined = `read_parquet(${quoteText(joinedPath)})`
    const kept = [
      own.time,
      own.weight,
      own.id,
      ...features.map(({ name }) => quoteIdentifier(name)),
      ...(query === null ? [] : [`${own.query} AS ${quoteIdentifier(query.name)}`]),
      ...targets.map(
        (target, k) => `${typedTruth(`"assay:truth${k}"`, target, output)} AS ${quoteIdentifier(target.name)}`,
      ),
    ]
    await writeParquet(duck, `SELECT ${kept.join(', ')} FROM ${joined}`, rowsPath, kept.length)
    const type = shape.wide ? 'DOUBLE' : 'FLOAT'
    const label = labelSql(output)
    const scores = scored.map(({ name }, k) =>
      name === 'label' ? `${label} AS label` : `${sources[k]}::${type} AS ${name}`,
    )
    await writeParquet(duck, `SELECT ${scores.join(', ')} FROM ${joined}`, scoresPath, scores.length)
    const rows = `read_parquet(${quoteText(rowsPath)})`
    const distinct = features.map(({ name }) => `approx_count_distinct(${quoteIdentifier(name)})`)
    const [facts] = await (
      await duck.run(
        `SELECT count(*), ${labelledSql(targets)}, count(${own.time}),
           strftime(min(${own.time}), '%Y-%m-%dT%H:%M:%S.%gZ'), strftime(max(${own.time}), '%Y-%m-%dT%H:%M:%S.%gZ'),
           (SELECT count(*) FROM ${traffic}), (SELECT count(${own.error}) FROM ${traffic})
           ${distinct.map((sql) => `, ${sql}`).join('')} FROM ${rows}`,
      )
    ).getRowsJson()
    const [n, labelled, timed, from, to, logged, errors, ...distincts] = facts!
    if (Number(n) === 0) {
      throw new AssayError({
        code: 'monitor/no-prediction',
        message: 'No row of the logs has a prediction.',
        remedy: 'Map the field that holds the prediction when the log is imported.',
        where: { rows: Number(logged) },
      })
    }
    const time: Column = {
      name: timeName,
      type: 'timestamp',
      role: 'time',
      protected: false,
      missing: 0,
      distinct: 0,
      min: null,
      max: null,
      mean: null,
      top: [],
    }
    return {
      logs,
      labels,
      rowsPath,
      scoresPath,
      trafficSql: traffic,
      shape,
      dataset: {
        ...reference,
        name: 'production',
        rows: Number(n),
        columns: [
          ...features.map((column, k) => ({ ...column, distinct: Number(distincts[k]) })),
          ...(query === null ? [] : [query]),
          ...targets,
          time,
        ],
      },
      rows: { logged: Number(logged), scored: Number(n), errors: Number(errors), labelled: Number(labelled) },
      from: (from as string | null) ?? null,
      to: (to as string | null) ?? null,
      timed: Number(timed),
      duck,
      close,
    }
  } catch (error) {
    await close()
    throw error
  } finally {
    await rm(joinedPath, { force: true })
  }
}

/**
 * The labels of each id: later files count before earlier ones, and later lines of a file; each of several labels for
 * itself, for they need not come together.
 */
function latestSql(paths: readonly string[], truths: readonly string[]): string {
  const numbered = paths.map(
    (path, at) => `SELECT *, ${at} AS file_at, row_number() OVER () AS line_at FROM read_parquet(${path})`,
  )
  const last = truths.map(
    (name, k) => `last(${name} ORDER BY file_at, line_at) FILTER (${name} IS NOT NULL) AS came${k}`,
  )
  return `(SELECT ${[`${own.id} AS key`, ...last].join(', ')}
    FROM (${numbered.join(' UNION ALL BY NAME ')}) GROUP BY ${own.id})`
}

/** Rows of which each label came. */
const labelledSql = (targets: readonly Column[]): string =>
  targets.length === 0
    ? '0'
    : `count(*) FILTER (${targets.map(({ name }) => `${quoteIdentifier(name)} IS NOT NULL`).join(' AND ')})`

/** The column of queries as production has it; null where the dataset has none, or the model reads it itself. */
function queryColumn(reference: Dataset, features: readonly Column[]): Column | null {
  const name = queryOf(reference)
  const column = features.some((feature) => feature.name === name)
    ? undefined
    : reference.columns.find((one) => one.name === name)
  return column ? { ...column, type: 'string' } : null
}

/** The label that was logged, or the class with the highest score, as argmax gives it. */
function labelSql(output: OutputBinding): string {
  if (output.score === null || output.classes.length === 0) return own.label
  const scores = scoreNames(output).join(', ')
  const names = output.classes.map(quoteText).join(', ')
  return `coalesce(${own.label}, [${names}][list_position([${scores}], greatest(${scores}))])`
}

/** Whole numbers were evaluated, but what comes back need not be whole. */
const asRead = (column: Column, { task }: OutputBinding): Column =>
  givesOneNumber(task) && column.type === 'integer' ? { ...column, type: 'float' } : column

/** Labels are texts until here; classes stay texts, and numbers that are none are missing. */
function typedTruth(text: string, { type }: Column, { task }: OutputBinding): string {
  if (type === 'float') return `TRY_CAST(${text} AS DOUBLE)`
  if (type === 'integer') return `TRY_CAST(TRY_CAST(${text} AS DOUBLE) AS BIGINT)`
  if (type === 'boolean' && task === 'multilabel') return `(${text} = '1')`
  // As the dataset shows it: true and false, whatever the callers write.
  return text
}
