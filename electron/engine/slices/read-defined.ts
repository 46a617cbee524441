/** Slices that the user named, as whether each row is in each of them. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { Condition } from '../../../shared/contract/slices.ts'
import { conditionSql } from '../data/condition-sql.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { readCodes } from './read-codes.ts'

export interface DefinedSlice {
  readonly conditions: Condition[]
  /** 1 for each used row that is in it. */
  readonly member: Uint8Array
}

export interface DefinedRequest {
  readonly dataset: Dataset
  readonly dataPath: string
  readonly defined: readonly Condition[][]
  /** 1 for each row of the dataset that is used. */
  readonly mask: Uint8Array
  readonly used: number
  readonly context: JobContext
}

export function noSuchColumn(dataset: Dataset, name: string): AssayError {
  return new AssayError({
    code: 'dataset/no-such-column',
    message: `The dataset "${dataset.name}" has no column "${name}".`,
    remedy: 'Choose one of its columns.',
    where: { column: name },
  })
}

/** @throws AssayError dataset/no-such-column */
export async function readDefined({
  dataset,
  dataPath,
  defined,
  mask,
  used,
  context,
}: DefinedRequest): Promise<DefinedSlice[]> {
  if (defined.length === 0) return []
  const expressions = defined.map((conditions) =>
    conditions
      .map((condition) => {
        const column = dataset.columns.find((entry) => entry.name === condition.column)
        if (!column || column.type === 'image') throw noSuchColumn(dataset, condition.column)
        return conditionSql(condition, column.type)
      })
      .join(' AND '),
  )
  const codes = await readCodes({
    dataPath,
    prepare: [],
    expressions: expressions.map((expression) => `CASE WHEN ${expression} THEN 1 ELSE 0 END`),
    wide: false,
    mask,
    used,
    context,
  })
  return defined.map((conditions, index) => ({ conditions, member: codes[index]! as Uint8Array }))
}
