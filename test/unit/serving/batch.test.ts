/** Files in, shards of them, and the records that they are made of. */
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { CsvRecords } from '../../../electron/serving/batch/csv-records.ts'
import { shardRows } from '../../../shared/serving/batch-part.ts'

function recordsOf(text: string, cuts: readonly number[] = []): { fields: readonly string[]; line: number }[] {
  const parser = new CsvRecords(',', '"')
  const found: { fields: readonly string[]; line: number }[] = []
  let from = 0
  for (const cut of [...cuts, text.length]) {
    found.push(...parser.push(text.slice(from, cut)))
    from = cut
  }
  const last = parser.end()
  return last ? [...found, last] : found
}

describe('records', () => {
  it('reads what PapaParse reads, wherever the text is cut', () => {
    let seed = 11
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
    for (let round = 0; round < 300; round++) {
      const rows = Array.from({ length: 1 + random(6) }, () =>
        Array.from(
          { length: 2 + random(4) },
          () => ['', 'a', 'b c', 'x,y', 'say "hi"', 'two\nlines', 'r\r\nn', ' '][random(8)]!,
        ),
      )
      const newline = ['\n', '\r\n'][random(2)]!
      const text = Papa.unparse(rows, { newline, quotes: random(2) === 0 }) + (random(2) === 0 ? newline : '')
      const wanted = Papa.parse<string[]>(text, { delimiter: ',', newline: newline as '\n', skipEmptyLines: true }).data
      const cuts = [random(text.length + 1), random(text.length + 1)].sort((a, b) => a - b)
      expect(
        recordsOf(text, cuts).map((record) => record.fields),
        JSON.stringify(text),
      ).toEqual(wanted)
    }
  })

  it('numbers the physical lines', () => {
    expect(recordsOf('h\n"a\nb"\n\nc\r\nd').map((record) => record.line)).toEqual([1, 2, 5, 6])
  })
})

describe('shards', () => {
  it.each([
    [0, 4, 512],
    [1, 4, 512],
    [511, 4, 512],
    [5000, 4, 512],
    [5000, 1, 512],
    [5000, 7, 512],
    [100_001, 13, 512],
    [10, 20, 3],
  ])('%i rows in %i shards cover every row once, cut at multiples of %i', (rows, shards, block) => {
    let next = 0
    for (let shard = 0; shard < shards; shard++) {
      const { from, to } = shardRows(rows, shard, shards, block)
      expect(from).toBe(next)
      expect(to).toBeGreaterThanOrEqual(from)
      if (to !== rows) expect(to % block).toBe(0)
      next = to
    }
    expect(next).toBe(rows)
  })
})
