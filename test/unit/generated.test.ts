/** Generated files are up to date. `npm run generate` writes them again. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { bindingSchema } from '../../shared/contract/model.ts'
import { evidenceSchema } from '../../shared/contract/run.ts'

const files = [
  ['docs/evidence.schema.json', evidenceSchema, 'Assay evidence, version 1'],
  ['docs/binding.schema.json', bindingSchema, 'Assay binding: columns to inputs, outputs to meaning'],
] as const

it.each(files)('%s', (name, schema, title) => {
  const path = fileURLToPath(new URL(`../../${name}`, import.meta.url))
  const text = `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input' }) }, null, 2)}\n`
  if (process.env['GENERATE'] === '1') writeFileSync(path, text)
  expect(readFileSync(path, 'utf8')).toBe(text)
})
