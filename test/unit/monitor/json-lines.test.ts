/** JSON lines of a log as a delimited file: what each value becomes, and which lines are left out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { flattenJsonLines } from '../../../electron/engine/monitor/json-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-json-lines-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('keeps what can be kept and names the lines that cannot', async () => {
  const path = join(folder, 'log.jsonl')
  const output = join(folder, 'flat.csv')
  // JSON.parse takes any depth, JSON.stringify only the stack's.
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  const lines = ['{"a": {"b": "say \\"x\\""}, "c": null}', `{"a": {"b": ${deep}}, "c": 1}`, '[1]', '{"c": [1, 2]}']
  writeFileSync(path, `${lines.join('\n')}\n`)
  const found = await flattenJsonLines({
    path,
    output,
    fields: ['a.b', 'c'],
    check: () => null,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  })
  expect(readFileSync(output, 'utf8')).toBe('"say ""x""",\n,"[1,2]"\n')
  expect(found.rows).toBe(2)
  expect(found.leftOut).toEqual({
    n: 2,
    examples: [
      { line: 2, reason: 'a value is nested too deeply' },
      { line: 3, reason: 'it is not a JSON object' },
    ],
  })
})
