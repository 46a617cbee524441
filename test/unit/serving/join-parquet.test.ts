/** Parts of Parquet put together are the file that one process writes, to the last byte. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { expect, it } from 'vitest'
import { makeEncoder } from '../../../electron/serving/batch/encode-rows.ts'
import { ParquetJoiner } from '../../../electron/serving/batch/join-parquet.ts'
import type { OutputCell, OutputColumn } from '../../../electron/serving/batch/output-columns.ts'
import { PartFile } from '../../../electron/serving/batch/part-file.ts'
import { createRandom } from '../../../shared/statistics/random.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder()

const columns: OutputColumn[] = [
  { name: 'row', kind: 'row' },
  { name: 'note.of "it"', kind: 'text' },
  { name: 'score', kind: 'number' },
  { name: 'same', kind: 'text' },
  { name: 'nothing', kind: 'text' },
]
const { uniform } = createRandom(7)
const texts = ['', '=1', 'größer 🙂', '\u{10ffff}'.repeat(40), 'x'.repeat(300), null]
const numbers = [0, -0, 1e-300, null, 0.1, -5, 2 ** 60]
const pick = <T>(list: readonly T[]): T => list[Math.floor(uniform() * list.length)]!
const rows: OutputCell[][] = Array.from({ length: 1000 }, (_, k) => [
  k + 1,
  pick(texts),
  uniform() < 0.5 ? uniform() : pick(numbers),
  'Yes',
  null,
])

function encoded(from: number, to: number, cut: number, block: number): Uint8Array {
  const encoder = makeEncoder('parquet', columns, cut)
  const pieces = [encoder.head()]
  for (let at = from; at < to; at += block) pieces.push(encoder.rows(rows.slice(at, Math.min(to, at + block))))
  pieces.push(encoder.end())
  return Buffer.concat(pieces)
}

async function joined(edges: readonly number[], cut: number): Promise<Uint8Array> {
  const to = join(folder, 'all.parquet')
  const all = await PartFile.open(to)
  const joiner = new ParquetJoiner(all)
  for (const [k, from] of edges.slice(0, -1).entries()) {
    const path = join(folder, `part-${k}.parquet`)
    const bytes = Buffer.from(encoded(from, edges[k + 1]!, cut, 64))
    writeFileSync(path, bytes)
    const take = await joiner.open(path)
    // In pieces that are cut anywhere, also within the first and the last bytes.
    for (let at = 0; at < bytes.length; at += 997) await take(bytes.subarray(at, at + 997))
  }
  await joiner.end()
  await all.close()
  return readFileSync(to)
}

it.each([
  ['one part', [0, 1000]],
  ['several', [0, 256, 768, 1000]],
  ['some of them empty', [0, 0, 256, 256, 1000, 1000]],
] as const)('%s', async (_, edges) => {
  const one = encoded(0, 1000, 128, 128)
  expect(Buffer.from(one).equals(Buffer.from(encoded(0, 1000, 128, 50)))).toBe(true)
  const together = await joined(edges, 128)
  expect(Buffer.from(together).equals(Buffer.from(one))).toBe(true)
  const file = together.buffer.slice(together.byteOffset, together.byteOffset + together.length) as ArrayBuffer
  const read = await parquetReadObjects({ file })
  expect(read.length).toBe(1000)
  read.forEach((row, k) => {
    const wanted = Object.fromEntries(columns.map(({ name }, c) => [name, c === 0 ? BigInt(k + 1) : rows[k]![c]]))
    expect(row).toEqual(wanted)
  })
})

it('no rows at all', async () => {
  expect(Buffer.from(await joined([0, 0, 0], 128)).equals(Buffer.from(encoded(0, 0, 128, 1)))).toBe(true)
})
