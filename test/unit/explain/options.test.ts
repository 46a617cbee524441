/** What a counterfactual may change, as typed on the command line. */
import { describe, expect, it } from 'vitest'
import { turningRequest } from '../../../electron/cli/commands/explain-options.ts'
import { textOf, tokensOf } from '../../../shared/explain/tokens.ts'

const none = { fixed: [], bound: [], cost: [] }

describe('options of counterfactuals', () => {
  it('reads ranges with an open end, costs, and columns with an equals sign in their names', () => {
    const flags = {
      fixed: ['sex'],
      bound: ['age=18..65', 'a=b=..-2', 'income=10.5..'],
      cost: ['income=3'],
      goal: 'good',
    }
    expect(turningRequest(flags, false)).toEqual({
      fixed: ['sex'],
      bounds: { age: { low: 18, high: 65 }, 'a=b': { low: null, high: -2 }, income: { low: 10.5, high: null } },
      costs: { income: 3 },
      goal: { kind: 'class', name: 'good' },
    })
    expect(turningRequest({ ...none, goal: '200..' }, true).goal).toEqual({ kind: 'range', low: 200, high: null })
    expect(turningRequest(none, true).goal).toBeNull()
  })

  it.each([
    [{ bound: ['age'] }, 'usage/bound'],
    [{ bound: ['age=18'] }, 'usage/bound'],
    [{ bound: ['age=..'] }, 'usage/bound'],
    [{ bound: ['age=a..b'] }, 'usage/bound'],
    [{ cost: ['age=-1'] }, 'usage/cost'],
    [{ cost: ['age=much'] }, 'usage/cost'],
    [{ goal: '7' }, 'usage/goal'],
  ])('refuses %o', (flags, code) => {
    expect(() => turningRequest({ ...none, ...flags }, true)).toThrowError(expect.objectContaining({ code }))
  })
})

describe('tokens', () => {
  it('are the text again when joined, in any script', () => {
    for (const text of ['  “It’s late,” she said — twice!', 'Ça n’a pas marché…', 'Ünïcode و العربية 日本', '', '?!']) {
      const tokens = tokensOf(text)
      expect(tokens.before + tokens.words.join('')).toBe(text)
      expect(textOf(tokens, () => true)).toBe(text.trim())
    }
    expect(tokensOf('never again, thanks').words).toEqual(['never ', 'again, ', 'thanks'])
    expect(textOf(tokensOf('never again, thanks'), (word) => word !== 1)).toBe('never thanks')
  })

  it('of a long text are runs of words, two hundred at most', () => {
    const text = Array.from({ length: 1001 }, (_, k) => `w${k}`).join(' ')
    const { words } = tokensOf(text)
    expect(words.length).toBeLessThanOrEqual(200)
    expect(words.join('')).toBe(text)
  })
})
