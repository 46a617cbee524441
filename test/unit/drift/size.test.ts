/** The size of a shift decides between drifted and slight, also where decile bins see nothing of it. */
import { expect, it } from 'vitest'
import { driftOptionsSchema } from '../../../shared/contract/drift-request.ts'
import { compareNumbers } from '../../../shared/drift/compare-column.ts'
import { decideColumns } from '../../../shared/drift/decide.ts'

const settings = driftOptionsSchema.parse({ splits: 0 })
/** @param before Share of ones among 2,000 zeros and ones; `after` likewise. */
const verdict = (before: number, after: number, one = 1): string => {
  const zeros = (share: number) => Float64Array.from({ length: 2000 }, (_, k) => (k < share * 2000 ? one : 0))
  const compared = compareNumbers({ reference: zeros(before), current: zeros(after), chunks: null }, settings)
  return decideColumns([compared], settings).decisions[0]!.decision.verdict
}

it('a constant that became another, or a rare value that became common, has drifted and not slightly', () => {
  expect(verdict(0, 1, 32)).toBe('drifted')
  expect(verdict(0, 0.2)).toBe('drifted')
  expect(verdict(0.05, 0.3)).toBe('drifted')
  expect(verdict(0.3, 0.05)).toBe('drifted')
  expect(verdict(0.3, 0.38)).toBe('slight')
  expect(verdict(0.3, 0.301)).toBe('stable')
})
