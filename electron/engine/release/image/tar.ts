/**
 * Tar archives that are the same bytes wherever and whenever they are made: ustar (POSIX.1-1988), entries sorted by
 * path, fixed times and owners, two modes.
 */
import { createReadStream } from 'node:fs'

export type Entry =
  | { readonly path: string; readonly type: 'folder'; readonly mode?: number }
  | { readonly path: string; readonly type: 'link'; readonly target: string }
  | {
      readonly path: string
      readonly type: 'file'
      readonly content: Uint8Array | { readonly file: string; readonly bytes: number }
      readonly executable?: boolean
    }

const block = 512
const largest = 8 ** 11 - 1

function tooLong(path: string): Error {
  return new Error(`The path ${path} does not fit into a ustar header`)
}

/** A path past 100 bytes is cut at a slash into prefix and name. */
function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: '', name: path }
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const prefix = path.slice(0, at)
    const name = path.slice(at + 1)
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100 && name !== '') return { prefix, name }
  }
  throw tooLong(path)
}

function header(entry: Entry, bytes: number, owner: number, mtime: number): Buffer {
  const head = Buffer.alloc(block)
  const octal = (value: number, at: number, digits: number): void => {
    head.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'ascii')
  }
  const { prefix, name } = splitPath(entry.type === 'folder' ? `${entry.path}/` : entry.path)
  const mode =
    entry.type === 'folder' ? (entry.mode ?? 0o755) : entry.type === 'link' ? 0o777 : entry.executable ? 0o755 : 0o644
  if (bytes > largest) throw new Error(`${entry.path} is too large for a ustar header`)
  head.write(name, 0, 'utf8')
  octal(mode, 100, 7)
  octal(owner, 108, 7)
  octal(owner, 116, 7)
  octal(bytes, 124, 11)
  octal(mtime, 136, 11)
  head.write('        ', 148, 'ascii')
  head.write(entry.type === 'folder' ? '5' : entry.type === 'link' ? '2' : '0', 156, 'ascii')
  if (entry.type === 'link') {
    if (Buffer.byteLength(entry.target) > 100) throw tooLong(entry.target)
    head.write(entry.target, 157, 'utf8')
  }
  head.write('ustar\0', 257, 'ascii')
  head.write('00', 263, 'ascii')
  octal(0, 329, 7)
  octal(0, 337, 7)
  head.write(prefix, 345, 'utf8')
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii')
  return head
}

/** By bytes of the path: a folder then comes before what is in it, on every system and in every locale. */
export function sorted(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

export interface TarOptions {
  /** Seconds since 1970 for every entry. */
  readonly mtime: number
  /** User and group of every entry. */
  readonly owner: number
}

/** The archive, piece by piece. */
export async function* tar(entries: readonly Entry[], { mtime, owner }: TarOptions): AsyncGenerator<Uint8Array> {
  for (const entry of sorted(entries)) {
    if (entry.type !== 'file') {
      yield header(entry, 0, owner, mtime)
      continue
    }
    const bytes = entry.content instanceof Uint8Array ? entry.content.length : entry.content.bytes
    yield header(entry, bytes, owner, mtime)
    let written = 0
    if (entry.content instanceof Uint8Array) {
      yield entry.content
      written = bytes
    } else {
      for await (const piece of createReadStream(entry.content.file, { highWaterMark: 1 << 20 })) {
        written += (piece as Buffer).length
        yield piece as Buffer
      }
    }
    if (written !== bytes) throw new Error(`${entry.path} changed while it was read`)
    yield Buffer.alloc((block - (bytes % block)) % block)
  }
  yield Buffer.alloc(2 * block)
}
