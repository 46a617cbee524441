/** What the commands that analyse a run further have in common. */
import { AssayError } from '../../../shared/contract/errors.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Session } from '../session.ts'

export const count = (n: number): string => n.toLocaleString('en-US')
export const pText = (p: number | null): string => (p === null ? '—' : p < 0.0001 ? '<0.0001' : p.toFixed(4))

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new AssayError({
    code: 'usage/number',
    message: `"${text}" is not a whole number above 0.`,
    remedy: 'See --help.',
  })
}

/** Runs an analysis and answers with its section of the evidence. */
export async function analyse(
  session: Session,
  id: RunId,
  name: 'fairness' | 'slices' | 'robustness',
  start: () => Promise<{ jobId: Parameters<Session['follow']>[0] }>,
): Promise<unknown> {
  await session.follow((await start()).jobId)
  return (await session.call.runs.evidence({ id })).sections?.[name]
}
