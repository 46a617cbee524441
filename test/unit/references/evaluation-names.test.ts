/** Every measure that the best-known tools have, by EVALUATION.md beside the checkout, is in the evidence as a number. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { besideCheckout } from '../../support/engine.ts'
import { evaluationNames, namesIn } from './evaluation-names.ts'
import { everyDocument } from './every-document.ts'

const cases = besideCheckout('cases')
const documents = everyDocument()

const at = (path: string): unknown =>
  path.split('.').reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], documents)

describe.each(Object.entries(evaluationNames))('%s', (kind, names) => {
  it.skipIf(cases === null)('has every name of EVALUATION.md, and no other', () => {
    const text = readFileSync(join(cases!, '..', 'EVALUATION.md'), 'utf8')
    expect(Object.keys(names).sort()).toEqual([...new Set(namesIn(text, kind))].sort())
  })

  it.each(Object.entries(names))('%s is a number at %s', (_, path) => {
    expect(at(path)).toEqual(expect.any(Number))
    expect(Number.isFinite(at(path))).toBe(true)
  })
})
