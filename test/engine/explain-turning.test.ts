/** What would turn a decision: counterfactuals, and the nearest rows that the model decides otherwise. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { beforeAll, expect, it } from 'vitest'
import type { Run } from '../../shared/contract/run.ts'
import { codeOf, samples } from '../support/engine.ts'
import { churn, explainingEngine } from '../support/explaining.ts'

const on = explainingEngine()
let run: Run
beforeAll(async () => {
  run = await on.evaluated(join(samples, 'churn/holdout.csv'), join(samples, 'churn/gradient-boosting.onnx'), churn)
  await on.explain(run)
})

it('finds small changes that turn the decision, within a second', async () => {
  const rows = await on.test.call.runs.rows({
    id: run.id,
    request: { offset: 0, limit: 1, sort: { column: 'probability Yes', direction: 'descending' } },
  })
  const id = rows.rows[0]![0]
  const all = await on.test.call.runs.rows({ id: run.id, request: { offset: 0, limit: 1000 } })
  const risky = Math.max(
    0,
    all.rows.findIndex((row) => Number(row.at(-2)) > 0.5 || row[0] === id),
  )
  // Once to open the session that a person's window would have open.
  await on.test.call.explain.row({ id: run.id, row: risky })
  const asked = { id: run.id, row: risky, fixed: ['gender', 'senior'] }
  await on.test.call.explain.counterfactuals(asked)
  const { found, tried, usual, elapsedMs } = await on.test.call.explain.counterfactuals(asked)
  expect(elapsedMs).toBeLessThan(1000)
  expect(tried).toBeGreaterThan(50)
  expect(found.length).toBe(10)
  expect(new Set(found.map((one) => one.changes.map(({ column }) => column).join())).size).toBeGreaterThan(4)
  for (const one of found) {
    expect(one.changes.length).toBeLessThanOrEqual(3)
    expect(one.changes.every((change) => change.column !== 'gender' && change.column !== 'senior')).toBe(true)
    expect(one.plausible).toBe(one.nearest! <= usual!)
    const again = await on.test.call.explain.whatIf({
      id: run.id,
      row: risky,
      changes: Object.fromEntries(one.changes.map((change) => [change.column, change.to])),
    })
    expect(again.scores.find((score) => score.name === 'Yes')!.score! < 0.5).toBe(one.score < 0.5)
  }
  // Bounds hold, and a column that costs more is left to the others.
  const single =
    found.find((one) => one.changes.length === 1 && one.changes[0]!.column === 'tenure_months') ?? found[0]!
  const own = Number(
    (await on.test.call.explain.row({ id: run.id, row: risky })).outputs[0]!.parts.find(
      (p) => p.name === 'tenure_months',
    )!.value,
  )
  const bounded = await on.test.call.explain.counterfactuals({
    ...asked,
    bounds: { tenure_months: { low: own - 3, high: own + 3 } },
    costs: { contract: 1000, [single.changes[0]!.column]: 1000 },
  })
  for (const { changes, distance } of bounded.found) {
    for (const { column, to } of changes) {
      if (column === 'tenure_months') expect(Math.abs(Number(to) - own)).toBeLessThanOrEqual(3)
      if (column === 'contract') expect(distance).toBeGreaterThanOrEqual(1000)
    }
  }
  for (const [more, code] of [
    [{ fixed: ['shoe'] }, 'explain/no-such-column'],
    [{ bounds: { contract: { low: 1, high: 2 } } }, 'explain/bad-bound'],
    [{ bounds: { tenure_months: { low: 3, high: 2 } } }, 'explain/bad-bound'],
    [{ goal: { kind: 'class', name: 'Perhaps' } }, 'explain/bad-goal'],
    [{ goal: { kind: 'range', low: 1, high: 2 } }, 'explain/bad-goal'],
  ] as const) {
    expect(await codeOf(on.test.call.explain.counterfactuals({ id: run.id, row: risky, ...more } as never))).toBe(code)
  }
})

it('finds the nearest rows that the model decides otherwise, among all rows', async () => {
  const row = 17
  const { found, decision, searched } = await on.test.call.explain.neighbours({ id: run.id, row, wanted: 3 })
  expect(searched).toBe(5000)
  // Slowly: every row of the file, by the same distance.
  const lines = Papa.parse<Record<string, string>>(readFileSync(join(samples, 'churn/holdout.csv'), 'utf8'), {
    header: true,
    skipEmptyLines: true,
  }).data
  const scored: (string | number | null)[][] = []
  for (let offset = 0; offset < 5000; offset += 1000) {
    scored.push(...(await on.test.call.runs.rows({ id: run.id, request: { offset, limit: 1000 } })).rows)
  }
  const names = (await on.test.call.explain.get({ id: run.id }))!.players.map((player) => player.name)
  const unit = (name: string) => {
    const sorted = lines
      .map((line) => line[name]!)
      .filter((text) => text !== '')
      .map(Number)
      .sort((a, b) => a - b)
    const at = (p: number) => {
      const place = p * (sorted.length - 1)
      const low = Math.floor(place)
      return sorted[low]! + (place - low) * ((sorted[low + 1] ?? sorted[low])! - sorted[low]!)
    }
    return at(0.75) - at(0.25) || sorted.at(-1)! - sorted[0]!
  }
  const numeric = names.filter((name) =>
    lines.every((line) => line[name] === '' || Number.isFinite(Number(line[name]))),
  )
  const units = new Map(numeric.map((name) => [name, unit(name)]))
  const far = (a: Record<string, string>, b: Record<string, string>) =>
    names.reduce((sum, name) => {
      if (!units.has(name) || a[name] === '' || b[name] === '') return sum + (a[name] === b[name] ? 0 : 1)
      return sum + Math.abs(Number(a[name]) - Number(b[name])) / units.get(name)!
    }, 0)
  const side = (k: number) => Number(scored[k]!.at(-2)) >= 0.5
  const all = lines.flatMap((line, k) => (side(k) === side(row) ? [] : [{ row: k, distance: far(lines[row]!, line) }]))
  all.sort((a, b) => a.distance - b.distance || a.row - b.row)
  expect(found.map((one) => one.row)).toEqual(all.slice(0, 3).map((one) => one.row))
  found.forEach((one, k) => {
    expect(one.distance).toBeCloseTo(all[k]!.distance, 5)
    expect(one.decision).not.toBe(decision)
    expect(one.target).toBe(lines[one.row]!['churned'])
    expect(one.differences.length).toBeGreaterThan(0)
  })
})
