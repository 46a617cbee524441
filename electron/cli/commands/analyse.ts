/** What the commands that analyse a run further have in common. */
import type { RunId } from '../../../shared/contract/ids.ts'
import type { Session } from '../session.ts'

export const count = (n: number): string => n.toLocaleString('en-US')
export const pText = (p: number | null): string => (p === null ? '—' : p < 0.0001 ? '<0.0001' : p.toFixed(4))

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
