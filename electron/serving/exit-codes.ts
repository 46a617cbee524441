/** Why the process ended, for the orchestrator: 41 must not be tried again as it is, 42 is the data's fault, 43 its drift. */
export const exitCodes = { ok: 0, internal: 1, usage: 2, releaseRefused: 41, badData: 42, drifted: 43 } as const

export function exitCodeOf(code: string): number {
  if (code.startsWith('usage/')) return exitCodes.usage
  if (code.startsWith('drift/')) return exitCodes.drifted
  if (code.startsWith('release/')) return exitCodes.releaseRefused
  if (/^(batch|input|binding|score)\//.test(code)) return exitCodes.badData
  return exitCodes.internal
}
