/** Archives that the system's own tar reads as they were meant, and that are the same bytes each time. */
import { spawnSync } from 'node:child_process'
import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { writeLayer } from '../../../electron/engine/release/image/layer.ts'
import { sorted, tar } from '../../../electron/engine/release/image/tar.ts'
import type { Entry } from '../../../electron/engine/release/image/tar.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder()

const deep = `${'long-folder-name/'.repeat(8)}file.txt`
const entries: Entry[] = [
  { path: 'b.txt', type: 'file', content: Buffer.from('bee') },
  { path: 'a', type: 'folder' },
  { path: 'a/run', type: 'file', content: Buffer.alloc(513, 7), executable: true },
  { path: 'a/empty', type: 'file', content: Buffer.alloc(0) },
  { path: 'link', type: 'link', target: 'a/run' },
  { path: 'tmp', type: 'folder', mode: 0o1777 },
  { path: deep, type: 'file', content: Buffer.from('deep') },
]

async function bytesOf(list: readonly Entry[]): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of tar(list, { mtime: 1_700_000_000, owner: 0 })) pieces.push(piece)
  return Buffer.concat(pieces)
}

describe('tar', () => {
  it('is read by the system’s tar', async () => {
    const file = join(folder, 'x.tar')
    writeFileSync(file, await bytesOf(entries))
    const out = join(folder, 'out')
    spawnSync('mkdir', [out])
    expect(spawnSync('tar', ['-xpf', file, '-C', out], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
    expect(readFileSync(join(out, 'b.txt'), 'utf8')).toBe('bee')
    expect(readFileSync(join(out, deep), 'utf8')).toBe('deep')
    expect(readFileSync(join(out, 'a/run'))).toEqual(Buffer.alloc(513, 7))
    expect(readlinkSync(join(out, 'link'))).toBe('a/run')
    expect((lstatSync(join(out, 'a/run')).mode & 0o777).toString(8)).toBe('755')
    expect((lstatSync(join(out, 'b.txt')).mode & 0o777).toString(8)).toBe('644')
    expect(lstatSync(join(out, 'b.txt')).mtimeMs).toBe(1_700_000_000_000)
  })

  it('does not depend on the order in which entries are given', async () => {
    expect(await bytesOf([...entries].reverse())).toEqual(await bytesOf(entries))
    expect(
      sorted(entries)
        .map((entry) => entry.path)
        .slice(0, 3),
    ).toEqual(['a', 'a/empty', 'a/run'])
  })

  it('refuses a path that does not fit, and a file that changed', async () => {
    await expect(bytesOf([{ path: 'x'.repeat(300), type: 'file', content: Buffer.alloc(0) }])).rejects.toThrow(
      /does not fit/,
    )
    const file = join(folder, 'short')
    writeFileSync(file, 'abc')
    await expect(bytesOf([{ path: 'f', type: 'file', content: { file, bytes: 4 } }])).rejects.toThrow(/changed/)
  })
})

it('a compressed layer names no system and no time, and both digests fit', async () => {
  const { signal } = new AbortController()
  const options = { mtime: 0, owner: 0, compress: true }
  const [one, two] = [join(folder, '1.tar.gz'), join(folder, '2.tar.gz')]
  const first = await writeLayer(one, 'x', entries, options, signal)
  const second = await writeLayer(two, 'x', entries, options, signal)
  expect(second).toEqual(first)
  const bytes = readFileSync(one)
  expect(bytes).toEqual(readFileSync(two))
  expect([...bytes.subarray(4, 10)]).toEqual([0, 0, 0, 0, 0, 255])
  const sha = async (content: Buffer) =>
    (await import('node:crypto')).createHash('sha256').update(content).digest('hex')
  expect([await sha(bytes), await sha(gunzipSync(bytes)), bytes.length]).toEqual([
    first.sha256,
    first.diffSha256,
    first.bytes,
  ])
})
