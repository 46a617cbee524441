/** Slices of real runs, down to the rows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run } from '../../shared/contract/run.ts'
import type { Condition, SlicesSection, TreeNode } from '../../shared/contract/slices.ts'
import { filterText } from '../../shared/slices/condition.ts'
import { churnRun, diabetesRun, slicesOf } from '../support/analysed.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

let test: TestEngine
beforeAll(async () => {
  test = await openTestEngine()
})
afterAll(() => test.close())

describe('slices of the churn sample', () => {
  let run: Run
  let section: SlicesSection
  beforeAll(async () => {
    run = await churnRun(test)
    section = await slicesOf(test, run, {
      defined: [
        [{ kind: 'equals', column: 'contract', value: 'Month-to-month' }],
        [
          { kind: 'range', column: 'tenure_months', from: null, to: 6, orMissing: false },
          { kind: 'missing', column: 'total_charges' },
        ],
      ],
    })
  })

  it('finds where the model does worse, worst first, with what the correction counted', async () => {
    expect(section.metric).toBe('error_rate')
    expect(section.overall.value).toBeCloseTo(1 - 0.85, 10)
    expect(section.found.length).toBeGreaterThan(0)
    for (const slice of section.found) {
      expect(slice.pAdjusted!).toBeLessThanOrEqual(0.05)
      expect(slice.difference.low!, slice.title).toBeGreaterThan(-0.001)
      expect(slice.n).toBeGreaterThanOrEqual(section.minimumRows)
    }
    expect(section.search.possible).toHaveLength(3)
    expect(section.features.map((feature) => feature.column)).toContain('contract')
    expect(section.tree.split).not.toBeNull()
    expect(section.tree.n).toBe(5000)
  })

  it('each slice, also the tree’s, is a filter of the rows table with as many rows', async () => {
    const nodes: { readonly conditions: readonly Condition[]; readonly n: number }[] = [
      ...section.found,
      ...section.defined,
    ]
    const walk = (node: TreeNode): void => {
      if (node.conditions.length > 0) nodes.push(node)
      node.children.forEach(walk)
    }
    walk(section.tree)
    expect(nodes.length).toBeGreaterThan(6)
    for (const { conditions, n } of nodes) {
      const filter = filterText(conditions)
      const { total } = await test.call.runs.rows({ id: run.id, request: { offset: 0, limit: 1, filter } })
      expect(total, filter).toBe(n)
    }
  })

  it('the wrong rows of a slice are a filter too', async () => {
    const [worst] = section.found
    const wrong = await Promise.all(
      ['churned = Yes & "probability Yes" < 0.5', 'churned = No & "probability Yes" >= 0.5'].map((more) =>
        test.call.runs.rows({
          id: run.id,
          request: { offset: 0, limit: 1, filter: `${filterText(worst!.conditions)} & ${more}` },
        }),
      ),
    )
    expect(wrong[0]!.total + wrong[1]!.total).toBe(Math.round(worst!.inside.value! * worst!.n))
  })

  it('other metrics are about their own rows', async () => {
    const missed = await slicesOf(test, run, { metric: 'false_negative_rate', depth: 1 })
    expect(missed.rows.used).toBeLessThan(1100)
    expect(missed.overall.value).toBeCloseTo(1 - 0.4816, 3)
    const loss = await slicesOf(test, run, { metric: 'log_loss', depth: 1 })
    const { metrics } = await test.call.runs.evidence({ id: run.id })
    expect(loss.overall.value).toBeCloseTo(metrics['log_loss']!.value!, 10)
    expect(await codeOf(slicesOf(test, run, { metric: 'absolute_error' }))).toBe('slices/metric')
    expect(await codeOf(slicesOf(test, run, { columns: ['nothing'] }))).toBe('dataset/no-such-column')
  })

  it('says which columns it did not search, and why', async () => {
    const { left } = await slicesOf(test, run, { columns: ['contract', 'customer_id'], depth: 1 })
    expect(left).toEqual([{ column: 'customer_id', reason: 'almost each row has a value of its own' }])
  })
})

it('slices of a regression are of its absolute error', async () => {
  const run = await diabetesRun(test)
  const section = await slicesOf(test, run, {})
  const { metrics } = await test.call.runs.evidence({ id: run.id })
  expect(section).toMatchObject({ metric: 'absolute_error', unit: 'target' })
  expect(section.overall.value).toBeCloseTo(metrics['mae']!.value!, 10)
})
