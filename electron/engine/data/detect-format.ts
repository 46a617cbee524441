/** Which kind of file this is, by its first bytes: names lie, bytes do not. */
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Dataset } from '../../../shared/contract/dataset.ts'

export type SourceFormat = Dataset['source']['format']

/** Enough to see dialect and types; a preview reads no more. */
export const headBytes = 256 * 1024

export interface FileHead {
  readonly bytes: Buffer
  readonly size: number
}

/** @throws AssayError dataset/unreadable, dataset/empty */
export async function readHead(path: string): Promise<FileHead> {
  const refuse = (reason: string) =>
    new AssayError({
      code: 'dataset/unreadable',
      message: `${basename(path)} cannot be read (${reason}).`,
      remedy: 'Check that the file exists and that you may read it.',
      where: { file: basename(path) },
    })
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(error.code ?? 'unknown reason')
  })
  if (!info.isFile()) throw refuse('not a file')
  if (info.size === 0) {
    throw new AssayError({
      code: 'dataset/empty',
      message: `${basename(path)} is empty.`,
      remedy: 'Choose a file with a header line and rows.',
      where: { file: basename(path), bytes: 0 },
    })
  }
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(error.code ?? 'unknown reason')
  })
  try {
    const buffer = Buffer.alloc(Math.min(headBytes, info.size))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
    return { bytes: buffer.subarray(0, bytesRead), size: info.size }
  } finally {
    await handle.close()
  }
}

/** @throws AssayError dataset/compressed, dataset/spreadsheet, dataset/not-a-table */
export function detectFormat(path: string, head: Buffer): SourceFormat {
  const name = basename(path)
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte)
  const refuse = (code: string, what: string, remedy: string) =>
    new AssayError({ code, message: `${name} is ${what}, not a table.`, remedy, where: { file: name } })
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet'
  const isSheet =
    head.includes('xl/') || head.includes('[Content_Types].xml') || head.includes('mimetypeapplication/vnd.oasis')
  if (starts(0xd0, 0xcf, 0x11, 0xe0) || (starts(0x50, 0x4b) && isSheet)) {
    throw refuse('dataset/spreadsheet', 'a spreadsheet', 'Save the sheet as CSV and import that.')
  }
  const packed =
    starts(0x50, 0x4b) ||
    starts(0x1f, 0x8b) ||
    starts(0x28, 0xb5, 0x2f, 0xfd) ||
    starts(0x42, 0x5a, 0x68) ||
    starts(0xfd, 0x37, 0x7a)
  if (packed) throw refuse('dataset/compressed', 'a compressed archive', 'Unpack it and import the table inside.')
  if (starts(0x25, 0x50, 0x44, 0x46))
    throw refuse('dataset/not-a-table', 'a PDF document', 'Import CSV, TSV, JSON or Parquet.')
  if (starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff)) {
    throw refuse('dataset/not-a-table', 'an image', 'Import a CSV that names the images in a column.')
  }
  const isUtf16 = starts(0xff, 0xfe) || starts(0xfe, 0xff)
  if (!isUtf16 && head.includes(0)) {
    throw refuse('dataset/not-a-table', 'a binary file', 'Import CSV, TSV, JSON or Parquet.')
  }
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (/^<(!doctype|html|\?xml)/i.test(text)) {
    throw refuse('dataset/not-a-table', 'a web page', 'Download the data itself and import that.')
  }
  if (text.startsWith('version https://git-lfs')) {
    throw refuse('dataset/not-a-table', 'a pointer of Git LFS', 'Fetch the file itself with git lfs pull.')
  }
  if (/^\[\s*(\{|\])/.test(text)) return 'json'
  if (/^\{\s*"/.test(text)) return 'jsonl'
  return 'csv'
}
