/**
 * One file that holds others: a tar archive in its plainest form (POSIX.1-1988 ustar), which every system can unpack.
 * Each header follows from name and size alone, and the reader wants exactly those bytes, so that no byte of the
 * archive can change unseen.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { AssayError } from '../../../shared/contract/errors.ts'

const block = 512
const namePattern = /^[a-z0-9][a-z0-9.-]{0,98}$/
/** The size field has eleven octal digits. */
const largest = 8 ** 11 - 1
const mostEntries = 10_000

function header(name: string, bytes: number): Buffer {
  const head = Buffer.alloc(block)
  const octal = (value: number, at: number, digits: number): void => {
    head.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'ascii')
  }
  head.write(name, 0, 'ascii')
  octal(0o644, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(bytes, 124, 11)
  // No times: the same content is the same archive.
  octal(0, 136, 11)
  head.write('        ', 148, 'ascii')
  head.write('0', 156, 'ascii')
  head.write('ustar\0', 257, 'ascii')
  head.write('00', 263, 'ascii')
  octal(0, 329, 7)
  octal(0, 337, 7)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii')
  return head
}

const padding = (bytes: number): number => (block - (bytes % block)) % block

export type TarSource =
  | { readonly name: string; readonly content: Uint8Array }
  | { readonly name: string; readonly path: string; readonly bytes: number }

/** @param onBytes told how many bytes were written since the last time */
export async function writeTar(
  path: string,
  sources: readonly TarSource[],
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const file = await open(path, 'wx')
  try {
    for (const source of sources) {
      const bytes = 'content' in source ? source.content.length : source.bytes
      if (!namePattern.test(source.name) || bytes > largest) throw new Error(`${source.name} does not fit into a tar`)
      await file.write(header(source.name, bytes))
      let written = 0
      const pieces =
        'content' in source ? [source.content] : createReadStream(source.path, { highWaterMark: 1 << 20, signal })
      for await (const piece of pieces) {
        await file.write(piece as Uint8Array)
        written += (piece as Uint8Array).length
        onBytes((piece as Uint8Array).length)
      }
      if (written !== bytes) throw new Error(`${source.name} has ${written} bytes, not ${bytes}`)
      await file.write(Buffer.alloc(padding(bytes)))
    }
    await file.write(Buffer.alloc(2 * block))
    await file.sync()
  } finally {
    await file.close()
  }
}

export interface TarEntry {
  readonly name: string
  /** Where its content starts in the archive. */
  readonly offset: number
  readonly bytes: number
}

function changed(byte: number, message: string): AssayError {
  return new AssayError({
    code: 'package/changed',
    message: `At byte ${byte}: ${message}`,
    remedy: 'The file was changed or cut off on its way. Get it again from its sender.',
    where: { byte },
  })
}

/** The first byte that is not zero, or -1. */
const firstNonZero = (bytes: Uint8Array): number => bytes.findIndex((byte) => byte !== 0)

async function readAt(file: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await file.read(buffer, 0, bytes, offset)
  if (bytesRead !== bytes) throw changed(offset + bytesRead, 'the archive ends too early.')
  return buffer
}

/** Every entry, with headers, padding and end checked byte by byte. @throws AssayError package/changed */
export async function readTar(file: FileHandle): Promise<TarEntry[]> {
  const { size } = await file.stat()
  const entries: TarEntry[] = []
  const names = new Set<string>()
  let at = 0
  for (;;) {
    const head = await readAt(file, at, block)
    if (firstNonZero(head) < 0) break
    const end = head.indexOf(0)
    const name = head.toString('latin1', 0, end < 0 || end > 100 ? 100 : end)
    const bytes = Number.parseInt(head.toString('latin1', 124, 135), 8)
    if (!namePattern.test(name) || !Number.isSafeInteger(bytes) || names.has(name) || entries.length >= mostEntries)
      throw changed(at, 'the header of an entry is not one that Assay writes.')
    const wanted = header(name, bytes)
    const differs = head.findIndex((byte, k) => byte !== wanted[k])
    if (differs >= 0) throw changed(at + differs, `the header of ${name} was changed.`)
    const offset = at + block
    const rest = padding(bytes)
    if (offset + bytes + rest > size) throw changed(size, `${name} is cut off.`)
    const stray = firstNonZero(await readAt(file, offset + bytes, rest))
    if (stray >= 0) throw changed(offset + bytes + stray, `the padding after ${name} is not empty.`)
    entries.push({ name, offset, bytes })
    names.add(name)
    at = offset + bytes + rest
  }
  const tail = await readAt(file, at, 2 * block)
  const stray = firstNonZero(tail)
  if (stray >= 0) throw changed(at + stray, 'the end of the archive is not empty.')
  if (size !== at + 2 * block) throw changed(at + 2 * block, 'something was added after the end of the archive.')
  return entries
}
