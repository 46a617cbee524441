/**
 * How Node is started for the server. Every piece of a body lies outside of V8's heap, and once 64 MB of them lie there V8
 * collects the whole heap: 7 ms, every hundred requests of 120 kB, which was the slowest per cent of them. A smaller young
 * generation is collected before that, and frees them in half a millisecond.
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=4']
