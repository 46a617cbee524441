/**
 * Memory for large tensors. It is lent to the thread that runs the model and comes back with the answer, so that nothing
 * is copied between threads, and is used again for the next request: garbage of a few hundred requests a second of
 * 100 kB each made the collector stop the server for ten milliseconds several times a second.
 */

/** Below this a copy costs less than lending does. */
const smallest = 16 * 1024
/** Bytes that may lie idle. */
const mostIdle = 64 * 1024 * 1024

const lendable = new WeakSet<ArrayBufferLike>()
/** Blocks by size, in powers of two. */
const idle = new Map<number, ArrayBuffer[]>()
let idleBytes = 0

/** At least so many bytes, of any content. */
export function takeMemory(bytes: number): ArrayBuffer {
  if (bytes < smallest) return new ArrayBuffer(bytes)
  const size = 2 ** Math.ceil(Math.log2(bytes))
  const known = idle.get(size)?.pop()
  if (known) idleBytes -= size
  const memory = known ?? new ArrayBuffer(size)
  lendable.add(memory)
  return memory
}

/** Whether it is ours to send away: a small buffer may be a piece of one that others use. */
export const isLendable = (memory: ArrayBufferLike): memory is ArrayBuffer => lendable.has(memory)

/** Says that nobody looks at it any more. Each only once; what has been lent is gone, and what came back is another. */
export function giveMemory(memory: ArrayBufferLike): void {
  const size = memory.byteLength
  if (!isLendable(memory) || size < smallest || idleBytes + size > mostIdle) return
  lendable.delete(memory)
  idleBytes += size
  const list = idle.get(size)
  if (list) list.push(memory)
  else idle.set(size, [memory])
}

/** Memory that came back under another name. */
export function takeBack(memory: ArrayBufferLike): void {
  lendable.add(memory)
}
