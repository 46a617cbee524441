/** How the server of a release is started, wherever it runs. */

/**
 * Flags of Node. Every piece of a body lies outside of V8's heap, and once 64 MB of them lie there V8 collects the whole
 * heap: 7 ms, every hundred requests of 120 kB, which was the slowest per cent of them. A smaller young generation is
 * collected before that, and frees them in half a millisecond.
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=4']

/**
 * The same on this machine, where Node's own warnings would lie among the server's lines. The window's server goes without:
 * Electron 33.2.1 hands no flag of V8 on to a utility process, whose young generation grows to 16 MB with and without.
 */
export const localFlags: readonly string[] = ['--no-warnings', ...nodeFlags]

/** How long a server may take to end. */
export const stopWithinMs = 5_000

/**
 * No setting of the user's own shell may change what is served.
 * @param shell The environment of whoever starts it.
 */
export function serverEnvironment(
  shell: Readonly<Record<string, string | undefined>>,
  settings: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(shell).filter(([name]) => !name.startsWith('ASSAY_'))
  return { ...Object.fromEntries(kept), ORT_DISABLE_TELEMETRY: '1', ...settings }
}
