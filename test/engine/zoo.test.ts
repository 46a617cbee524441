/** Every third-party and corrupt ONNX file ends as imported or refused with a code; none crashes or hangs. */
import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { besideCheckout, codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { refusedByImport } from '../support/zoo-refusals.ts'

const folder = besideCheckout('zoo')

function onnxFiles(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name)
    if (entry.isDirectory()) return onnxFiles(inside)
    return entry.name.endsWith('.onnx') && statSync(inside).isFile() ? [inside] : []
  })
}

/** These need the system's en_US.UTF-8, which a bare machine may lack: then the refusal says so. */
const needLocale = new Set([
  'onnx_testdata/test_strnorm_model_monday_casesensintive_lower/model.onnx',
  'onnx_testdata/test_strnormalizer_export_monday_casesensintive_lower/model.onnx',
  'onnxruntime_go/example_strings.onnx',
])

describe.skipIf(folder === null)('the zoo', () => {
  let test: TestEngine
  beforeAll(async () => {
    test = await openTestEngine()
  })
  afterAll(() => test.close())

  it.each(folder === null ? [] : onnxFiles(folder).map((path) => relative(folder, path)))('%s', async (name) => {
    const code = await codeOf(test.importModel(join(folder!, name)))
    if (needLocale.has(name)) expect(['no error', 'model/locale-missing']).toContain(code)
    else expect(code).toBe(refusedByImport[name] ?? 'no error')
  })
})
