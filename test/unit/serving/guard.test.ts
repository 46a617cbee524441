/** Who may ask, how often, and with which settings. */
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../electron/serving/config.ts'
import { keyFrom, newKey, ownerOf, parseKeys } from '../../../electron/serving/guard/keys.ts'
import { RateLimit } from '../../../electron/serving/guard/rate-limit.ts'
import { readShard } from '../../../electron/serving/batch/commands.ts'

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'nothing'
}

describe('keys', () => {
  it('knows a key by its hash alone', () => {
    const [ann, bob] = [newKey('ann'), newKey('bob')]
    const keys = parseKeys(`# keys\n${ann.line}\n\n${bob.line}\n`)
    expect(bob.line).not.toContain(bob.key)
    expect([ownerOf(keys, ann.key), ownerOf(keys, bob.key), ownerOf(keys, `${bob.key}x`), ownerOf(keys, '')]).toEqual([
      'ann',
      'bob',
      null,
      null,
    ])
  })

  it('reads both headers, and refuses a line that is none', () => {
    expect(keyFrom('a', 'Bearer b')).toBe('a')
    expect(keyFrom(undefined, 'bearer b')).toBe('b')
    expect(keyFrom(undefined, 'Basic b')).toBe(null)
    expect(codeOf(() => parseKeys('ann:plain-key'))).toBe('usage/keys')
  })
})

describe('rate limit', () => {
  it('lets a burst pass, then the rate, each caller for itself', () => {
    const limit = new RateLimit(10, 3)
    expect([0, 0, 0, 0].map(() => limit.take('a', 1000) === 0)).toEqual([true, true, true, false])
    expect(limit.take('b', 1000)).toBe(0)
    expect(limit.take('a', 1050)).toBeCloseTo(0.05, 5)
    expect(limit.take('a', 1150)).toBe(0)
    expect(limit.take('a', 1150)).toBeGreaterThan(0)
  })

  it('is none at 0', () => {
    const limit = new RateLimit(0, 0)
    expect(Array.from({ length: 100 }, () => limit.take('a', 0)).every((wait) => wait === 0)).toBe(true)
  })
})

describe('settings', () => {
  it('wants a key, or a word that none is wanted, before it listens on a network', () => {
    expect(codeOf(() => readConfig({}))).toBe('nothing')
    expect(codeOf(() => readConfig({ ASSAY_HOST: '0.0.0.0' }))).toBe('usage/setting')
    expect(codeOf(() => readConfig({ ASSAY_HOST: '0.0.0.0', ASSAY_AUTH: 'none' }))).toBe('nothing')
    expect(codeOf(() => readConfig({ ASSAY_HOST: '0.0.0.0', ASSAY_API_KEYS: newKey('a').line }))).toBe('nothing')
    expect(codeOf(() => readConfig({ ASSAY_AUTH: 'keys' }))).toBe('usage/setting')
    expect(codeOf(() => readConfig({ ASSAY_AUTH: 'none', ASSAY_API_KEYS: newKey('a').line }))).toBe('usage/setting')
  })

  it.each([
    ['ASSAY_PORT', '70000'],
    ['ASSAY_PORT', 'http'],
    ['ASSAY_MAX_ROWS', '0'],
    ['ASSAY_LOG_LEVEL', 'loud'],
    ['ASSAY_API_KEYS_FILE', '/no/such/file'],
    ['ASSAY_PREDICTION_LOG_SAMPLE', '2'],
  ])('refuses %s=%s', (name, value) => {
    expect(codeOf(() => readConfig({ [name]: value }))).toBe('usage/setting')
  })

  it('reads a shard from its number or from the index of the job', () => {
    expect(readShard({}, undefined)).toEqual([0, 1])
    expect(readShard({ shard: '3/4' }, undefined)).toEqual([3, 4])
    expect(readShard({ shards: '4' }, '2')).toEqual([2, 4])
    for (const shard of ['4/4', '1', '-1/4', 'a/b'])
      expect(codeOf(() => readShard({ shard }, undefined))).toBe('usage/batch')
    expect(codeOf(() => readShard({ shards: '4' }, undefined))).toBe('usage/batch')
  })
})
