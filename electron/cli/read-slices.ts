/** Slices as people type them. */
import { AssayError } from '../../shared/contract/errors.ts'
import type { RunId } from '../../shared/contract/ids.ts'
import type { Condition } from '../../shared/contract/slices.ts'
import { parseFilter } from '../../shared/slices/parse-filter.ts'
import type { Session } from './session.ts'

/** "contract = One year & tenure < 6" as conditions on the run's dataset. */
export async function readSlices(session: Session, run: RunId, texts: readonly string[]): Promise<Condition[][]> {
  if (texts.length === 0) return []
  const { datasetId } = await session.call.runs.get({ id: run })
  const columns = (await session.call.datasets.get({ id: datasetId })).columns.map(({ name }) => name)
  return texts.map((text) =>
    (parseFilter(text, columns) ?? [null]).map((condition): Condition => {
      if (condition && condition.kind !== 'above' && condition.kind !== 'at most') return condition
      throw new AssayError({
        code: 'usage/slice',
        message: `"${text}" is not a slice.`,
        remedy: 'Join conditions by &: "contract = One year & tenure >= 6", with =, !=, >=, < or "is missing".',
        where: { slice: text },
      })
    }),
  )
}
