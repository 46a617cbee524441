/**
 * The bytes of a request. Those with tensors in them are read into memory that is shared with the model's thread and
 * used again for the next request: without it, a few hundred requests a second of 100 kB each made the garbage collector
 * stop the server for ten milliseconds several times a second.
 */
import type { IncomingMessage } from 'node:http'
import { Refusal } from '../protocol/refusal.ts'

export interface RequestBody {
  readonly bytes: Uint8Array
  /** Says that nobody looks at the bytes any more. Not to be said of a request whose run may still be under way. */
  release(): void
}

export const emptyBody: RequestBody = { bytes: new Uint8Array(0), release: () => undefined }

/** Bytes that may lie idle. */
const mostIdle = 64 * 1024 * 1024
const smallest = 16 * 1024

/** Blocks of shared memory in sizes of powers of two. */
export class SharedPool {
  readonly #idle = new Map<number, SharedArrayBuffer[]>()
  #idleBytes = 0

  take(bytes: number): { readonly memory: SharedArrayBuffer; readonly give: () => void } {
    const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, smallest)))
    const known = this.#idle.get(size)?.pop()
    if (known) this.#idleBytes -= size
    const memory = known ?? new SharedArrayBuffer(size)
    let given = false
    const give = (): void => {
      if (given || this.#idleBytes + size > mostIdle) return
      given = true
      this.#idleBytes += size
      const list = this.#idle.get(size)
      if (list) list.push(memory)
      else this.#idle.set(size, [memory])
    }
    return { memory, give }
  }
}

function tooLarge(): Refusal {
  return new Refusal('request/too-large', 'The body is larger than this server takes.', 'Send fewer rows at once.')
}

const lengthOf = (text: string | undefined): number =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : -1

/** @throws Refusal request/too-large; the stream's own error when the caller goes away */
export function readBody(stream: IncomingMessage, pool: SharedPool, limit: number): Promise<RequestBody> {
  const length = lengthOf(stream.headers['content-length'])
  if (length > limit) return Promise.reject(tooLarge())
  const jsonLength = lengthOf(stream.headers['inference-header-content-length'] as string | undefined)
  return jsonLength >= 0 && length >= smallest
    ? readShared(stream, pool, length, jsonLength)
    : readPieces(stream, limit)
}

/** The first tensor starts at a multiple of eight, so that it is used where it lies. */
async function readShared(
  stream: IncomingMessage,
  pool: SharedPool,
  length: number,
  jsonLength: number,
): Promise<RequestBody> {
  const start = (8 - (jsonLength % 8)) % 8
  const { memory, give } = pool.take(start + length)
  const bytes = new Uint8Array(memory, start, length)
  let at = 0
  for await (const piece of stream) {
    bytes.set(piece as Buffer, at)
    at += (piece as Buffer).length
  }
  return { bytes: bytes.subarray(0, at), release: give }
}

async function readPieces(stream: IncomingMessage, limit: number): Promise<RequestBody> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of stream) {
    bytes += (piece as Buffer).length
    if (bytes > limit) throw tooLarge()
    pieces.push(piece as Buffer)
  }
  return { bytes: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), release: () => undefined }
}
