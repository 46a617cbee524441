import { describe, expect, it } from 'vitest'
import { fitLinear } from '../../../shared/comparison/baselines.ts'
import { fitLogistic, fitRidge } from '../../../shared/comparison/fit-linear.ts'
import { fitTree } from '../../../shared/comparison/fit-tree.ts'
import { trainBaselines } from '../../../shared/comparison/trained-baselines.ts'
import { emptyRows, linearPredictor, makeDesign, rowEncoder } from '../../../shared/comparison/linear-design.ts'
import { pairedBootstrap } from '../../../shared/comparison/paired-bootstrap.ts'
import { groupDifferences } from '../../../shared/comparison/group-differences.ts'
import { createRandom } from '../../../shared/statistics/random.ts'

const design = makeDesign([
  { kind: 'number', name: 'age', mean: 40, scale: 10, missing: true },
  { kind: 'category', name: 'plan', levels: ['basic', 'plus'] },
  { kind: 'number', name: 'calls', mean: 2, scale: 1, missing: false },
])

function table(seed: number, n: number) {
  const random = createRandom(seed)
  const rows = emptyRows(design, n)
  const encode = rowEncoder(design)
  const dense: number[][] = []
  const truth = new Float64Array(n)
  for (let row = 0; row < n; row++) {
    const age = random.uniform() < 0.1 ? null : 40 + 10 * random.normal()
    const plan = ['basic', 'plus', 'other'][Math.floor(random.uniform() * 3)]!
    const calls = 2 + random.normal()
    const values = [age, plan, calls]
    encode((column) => values[column]!, rows, row)
    dense.push([
      age === null ? 0 : (age - 40) / 10,
      age === null ? 1 : 0,
      plan === 'basic' ? 1 : 0,
      plan === 'plus' ? 1 : 0,
      calls - 2,
    ])
    truth[row] = 0.8 * dense[row]![0]! + 0.5 * dense[row]![1]! - dense[row]![2]! + 0.3 * dense[row]![4]!
  }
  return { rows, dense, truth, random }
}

describe('linear baselines', () => {
  it('encodes numbers, missing ones, known and unknown texts as a dense table would', () => {
    const { rows, dense } = table(1, 50)
    const coefficients = Float64Array.of(1.5, -2, 0.25, 3, 0.7, 0.1)
    const expected = dense.map((row) => row.reduce((sum, x, k) => sum + x * coefficients[k]!, 0.1))
    linearPredictor(design, rows, coefficients).forEach((value, row) => expect(value).toBeCloseTo(expected[row]!, 5))
  })

  it('ridge is where the penalised squared error is flat', () => {
    const { rows, dense, truth, random } = table(2, 400)
    const y = truth.map((value) => 10 + value + random.normal())
    const coefficients = fitRidge(design, rows, y)!
    const residual = linearPredictor(design, rows, coefficients).map((value, row) => y[row]! - value)
    expect(Math.abs(residual.reduce((a, b) => a + b, 0))).toBeLessThan(1e-6)
    for (let k = 0; k < 5; k++) {
      const slope = dense.reduce((sum, row, at) => sum + row[k]! * residual[at]!, 0) - coefficients[k]!
      expect(Math.abs(slope), `coefficient ${k}`).toBeLessThan(1e-4)
    }
  })

  it('logistic regression is where the penalised likelihood is flat, also where classes are apart', () => {
    for (const noise of [1, 0]) {
      const { rows, dense, truth, random } = table(3, 400)
      const y = Uint8Array.from(truth, (value) =>
        noise === 0 ? (value > 0 ? 1 : 0) : random.uniform() < 1 / (1 + Math.exp(-value)) ? 1 : 0,
      )
      const coefficients = fitLogistic(design, rows, y)!
      const pull = linearPredictor(design, rows, coefficients).map((x, row) => y[row]! - 1 / (1 + Math.exp(-x)))
      expect(Math.abs(pull.reduce((a, b) => a + b, 0))).toBeLessThan(1e-3)
      for (let k = 0; k < 5; k++) {
        const slope = dense.reduce((sum, row, at) => sum + row[k]! * pull[at]!, 0) - coefficients[k]!
        expect(Math.abs(slope), `coefficient ${k}`).toBeLessThan(1e-3)
      }
    }
  })

  it('more classes than two give rows that add to 1, and a class that training lacks gets nothing', () => {
    const { rows, truth } = table(4, 300)
    const found = fitLinear({
      task: 'multiclass',
      design,
      train: rows,
      trainClasses: Int32Array.from(truth, (value) => (value > 0.3 ? 2 : value < -0.3 ? 0 : 1)),
      trainValues: null,
      classes: 4,
      rows,
    })
    for (let row = 0; row < 300; row++) {
      const scores = found.scores!.subarray(4 * row, 4 * row + 4)
      expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
      expect(scores[3]).toBe(0)
    }
  })

  it('training rows of one class give no model, and say so', () => {
    const { rows } = table(5, 30)
    const found = fitLinear({
      task: 'binary',
      design,
      train: rows,
      trainClasses: new Int32Array(30),
      trainValues: null,
      classes: 2,
      rows,
    })
    expect(found).toEqual({ scores: null, reason: 'the training rows are all of one class' })
  })
})

/** The best first test by trying every value of every column: what the tree's root must be. */
function bestFirstTest(
  dense: readonly (readonly (number | string | null)[])[],
  y: Float64Array,
  least: number,
): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const squares = (values: readonly number[]) => {
    const m = mean(values)
    return values.reduce((sum, v) => sum + (v - m) ** 2, 0)
  }
  const all = [...y]
  let best = Infinity
  for (let column = 0; column < dense[0]!.length; column++) {
    const keys = [...new Set(dense.map((row) => row[column]!))]
    const isNumber = keys.some((key) => typeof key === 'number')
    const rate = (key: unknown) => mean(all.filter((_, row) => dense[row]![column] === key))
    const order = isNumber
      ? keys.sort((a, b) => Number(a ?? -Infinity) - Number(b ?? -Infinity))
      : keys.sort((a, b) => rate(a) - rate(b))
    for (let cut = 1; cut < order.length; cut++) {
      const first = new Set(order.slice(0, cut))
      const left = all.filter((_, row) => first.has(dense[row]![column]!))
      const right = all.filter((_, row) => !first.has(dense[row]![column]!))
      if (left.length < least || right.length < least) continue
      best = Math.min(best, squares(left) + squares(right))
    }
  }
  return best
}

describe('tree baseline', () => {
  const small = makeDesign([
    { kind: 'number', name: 'age', mean: 0, scale: 1, missing: true },
    { kind: 'category', name: 'plan', levels: ['a', 'b', 'c', 'd'] },
  ])

  function drawn(seed: number, n: number) {
    const random = createRandom(seed)
    const rows = emptyRows(small, n)
    const encode = rowEncoder(small)
    const dense: (number | string | null)[][] = []
    for (let row = 0; row < n; row++) {
      const age = random.uniform() < 0.1 ? null : Math.floor(20 * random.uniform())
      const plan = ['a', 'b', 'c', 'd'][Math.floor(4 * random.uniform())]!
      encode((column) => (column === 0 ? age : plan), rows, row)
      dense.push([age, plan])
    }
    return { rows, dense, random }
  }

  it('splits first where trying every cut of every column says, missing values and sets of texts included', () => {
    for (const truth of [
      (age: number | null) => (age === null ? 3 : 0),
      (age: number | null) => (age !== null && age > 12 ? 2 : 0),
      (_: unknown, plan: string) => (plan === 'b' || plan === 'd' ? 2 : 0),
    ]) {
      const { rows, dense, random } = drawn(8, 300)
      const y = Float64Array.from(dense, ([age, plan]) => truth(age as number | null, plan as string) + random.normal())
      const { scores } = fitTree({
        task: 'regression',
        design: small,
        train: rows,
        trainClasses: null,
        trainValues: y,
        classes: 0,
        rows,
      })
      // Deeper levels can only lessen what the best first test leaves.
      const left = y.reduce((sum, value, row) => sum + (value - scores![row]!) ** 2, 0)
      const first = bestFirstTest(dense, y, 20)
      expect(left).toBeLessThanOrEqual(first * (1 + 1e-9))
      expect(left).toBeGreaterThan(0.7 * first)
    }
  })

  it('sees what a linear model cannot, on rows that it did not learn from', () => {
    const { rows, dense, random } = drawn(9, 4000)
    const classes = Int32Array.from(dense, ([age, plan]) => {
      const odd = (Number(age) > 9 ? 1 : 0) ^ (plan === 'a' || plan === 'b' ? 1 : 0)
      return random.uniform() < (odd === 1 ? 0.9 : 0.1) ? 1 : 0
    })
    const own = { classes, values: null }
    const input = {
      task: 'binary',
      design: small,
      classes: 2,
      rows,
      train: null,
      own,
      mostRows: 1000,
      seed: 1,
    } as const
    const { linear, tree } = trainBaselines(input)
    const right = (scores: Float64Array) =>
      classes.reduce((sum, k, row) => sum + ((scores[2 * row + 1]! >= 0.5 ? 1 : 0) === k ? 1 : 0), 0) / 4000
    expect(right(tree.scores!)).toBeGreaterThan(0.87)
    expect(right(linear.scores!)).toBeLessThan(0.65)
    for (let row = 0; row < 4000; row++) expect(tree.scores![2 * row]! + tree.scores![2 * row + 1]!).toBeCloseTo(1, 12)
  })

  it('cross-fitting learns nothing where there is nothing: its error is no better than chance', () => {
    const { rows, random } = drawn(10, 3000)
    const classes = Int32Array.from({ length: 3000 }, () => (random.uniform() < 0.5 ? 1 : 0))
    const { tree } = trainBaselines({
      task: 'binary',
      design: small,
      classes: 2,
      rows,
      train: null,
      own: { classes, values: null },
      mostRows: 1e6,
      seed: 1,
    })
    const loss = classes.reduce((sum, k, row) => sum - Math.log(tree.scores![2 * row + k]!), 0) / 3000
    expect(loss).toBeGreaterThan(Math.LN2)
    expect(loss).toBeLessThan(1.05 * Math.LN2)
  })

  it('rows that nothing tells apart give no tree, and say so', () => {
    const { rows } = drawn(11, 100)
    const found = fitTree({
      task: 'multiclass',
      design: small,
      train: rows,
      trainClasses: new Int32Array(100),
      trainValues: null,
      classes: 3,
      rows,
    })
    expect(found).toEqual({ scores: null, reason: 'no test of a feature tells the rows apart' })
  })
})

describe('paired bootstrap', () => {
  it('has the standard error of drawing the rows themselves again', () => {
    const random = createRandom(6)
    const n = 300
    const y = Array.from({ length: n }, () => (random.uniform() < 0.35 ? 1 : 0))
    const call = (one: number) => (random.uniform() < (one === 1 ? 0.7 : 0.2) ? 1 : 0)
    const reference = y.map(call)
    const other = reference.map((one, row) => (random.uniform() < 0.25 ? call(y[row]!) : one))
    const f1 = (tp: number, fp: number, fn: number) => (2 * tp) / (2 * tp + fp + fn)
    const cells = new Float64Array(8)
    y.forEach((one, row) => cells[4 * one + 2 * reference[row]! + other[row]!]!++)
    const [found] = pairedBootstrap({
      cells,
      width: 1,
      seed: 3,
      statistics: (c, ofOther, ofReference) => {
        ofOther[0] = f1(c[5]! + c[7]!, c[1]! + c[3]!, c[4]! + c[6]!)
        ofReference[0] = f1(c[6]! + c[7]!, c[2]! + c[3]!, c[4]! + c[5]!)
      },
    })
    const differences = Array.from({ length: 4000 }, () => {
      const t = [0, 0, 0, 0, 0, 0]
      for (let i = 0; i < n; i++) {
        const row = Math.floor(random.uniform() * n)
        ;[other, reference].forEach((called, which) => {
          if (called[row] === 1) t[3 * which + (y[row] === 1 ? 0 : 1)]!++
          else if (y[row] === 1) t[3 * which + 2]!++
        })
      }
      return f1(t[0]!, t[1]!, t[2]!) - f1(t[3]!, t[4]!, t[5]!)
    })
    const mean = differences.reduce((a, b) => a + b) / 4000
    const error = Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / 3999)
    const { value, low, high } = found!.difference
    expect(value).toBeCloseTo(mean, 2)
    expect((high! - low!) / 2 / 1.96 / error).toBeGreaterThan(0.93)
    expect((high! - low!) / 2 / 1.96 / error).toBeLessThan(1.07)
  })
})

describe('where each wins', () => {
  it('names the group that differs, and raises few false alarms where none does', () => {
    let alarms = 0
    let found = 0
    for (let seed = 1; seed <= 200; seed++) {
      const random = createRandom(seed)
      const n = 2000
      const groupOf = Int16Array.from({ length: n }, () => Math.floor(random.uniform() * 10))
      const columns = [{ name: 'region', groups: Array.from({ length: 10 }, (_, k) => `r${k}`), groupOf }]
      const loss = Float64Array.from({ length: n }, () => random.normal())
      if (
        groupDifferences({ columns, lossDifference: loss }).found.some(
          ({ verdict }) => verdict !== 'no difference shown',
        )
      )
        alarms++
      const moved = loss.map((value, row) => value - (groupOf[row] === 4 ? 0.5 : 0))
      const first = groupDifferences({ columns, lossDifference: moved }).found[0]!
      if (first.value === 'r4' && first.verdict === 'better') found++
    }
    expect(alarms / 200).toBeLessThan(0.1)
    expect(found / 200).toBeGreaterThan(0.95)
  })
})
