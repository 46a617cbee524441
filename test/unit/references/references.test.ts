/**
 * Every leaf of every reference document is accounted for: reproduced to 1e-9 relative, or listed with the reason why not,
 * and within what that reason explains. A leaf that is neither fails. docs/references.md is generated from the counts
 * (GENERATE=1).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { describe, expect, it } from 'vitest'
import { besideCheckout, root } from '../../support/engine.ts'
import { account } from './account.ts'
import type { Accounted } from './account.ts'
import { differences } from './differences.ts'
import {
  bikeMirror,
  bikeRMirror,
  californiaMirror,
  californiaRMirror,
  Case,
  digitsMirror,
  telcoMirror,
  telcoRMirror,
  wineMirror,
  wineRMirror,
} from './mirror-cases.ts'
import { referencesPage } from './references-page.ts'

const cases = besideCheckout('cases')
const page = join(root, 'docs/references.md')

const documents = [
  ['telco_churn', 'expected.json', telcoMirror],
  ['telco_churn', 'expected_r.json', telcoRMirror],
  ['wine_quality', 'expected.json', wineMirror],
  ['wine_quality', 'expected_r.json', wineRMirror],
  ['bike_xgb', 'expected.json', bikeMirror],
  ['bike_xgb', 'expected_r.json', bikeRMirror],
  ['california_gbr', 'expected.json', californiaMirror],
  ['california_gbr', 'expected_r.json', californiaRMirror],
  ['digits_mnist_cnn', 'expected.json', digitsMirror],
] as const

describe.skipIf(cases === null)('reference documents', () => {
  const accounts: Accounted[] = []

  it.each(documents)('%s %s: each number is reproduced, or listed with a reason', (name, file, mirror) => {
    const at = new Case(cases!, name)
    const found = account(`${name}/${file}`, at.document(file), mirror(at))
    accounts.push(found)
    expect(found.wrong).toEqual([])
    expect(found.reproduced.size).toBeGreaterThan(0)
  })

  it('have no reason that nothing is listed under', () => {
    const used = new Set(accounts.flatMap(({ listed }) => [...listed.keys()]))
    expect(differences.filter((entry) => !used.has(entry)).map(({ title }) => title)).toEqual([])
  })

  it('are listed in docs/references.md as they were found', async () => {
    const text = await format(referencesPage(accounts), { parser: 'markdown', printWidth: 120 })
    if (process.env['GENERATE']) writeFileSync(page, text)
    expect(readFileSync(page, 'utf8')).toBe(text)
  })
})
