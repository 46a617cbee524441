import { describe, expect, it } from 'vitest'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { fieldsOf, guessMapping, ownMapping, readPath, valueAt } from '../../../shared/monitor/log-fields.ts'

const binary: OutputBinding = {
  task: 'binary',
  score: ['p'],
  label: null,
  transform: 'none',
  classes: ['No', 'Yes'],
  positive: 'Yes',
}

describe('paths into a line', () => {
  const line = { ts: 1, 'a.b': 2, input: { age: 30, tags: ['x', 'y'] }, scores: [0.1, 0.9] }

  it('lead through objects and lists, and a name with dots is found as it is', () => {
    expect(readPath('input.tags[1]')).toEqual(['input', 'tags', 1])
    expect(valueAt(line, 'input.age')).toBe(30)
    expect(valueAt(line, 'input.tags[1]')).toBe('y')
    expect(valueAt(line, 'scores[1]')).toBe(0.9)
    expect(valueAt(line, 'a.b')).toBe(2)
    expect(valueAt(line, 'input.size')).toBeUndefined()
  })

  it('never lead out of the line’s own fields', () => {
    for (const path of ['__proto__', 'constructor', 'input.constructor.name', 'scores.length.x', 'ts.toFixed'])
      expect(valueAt(line, path), path).toBeUndefined()
  })

  it('are all listed', () => {
    expect(fieldsOf(line)).toEqual([
      'ts',
      'a.b',
      'input.age',
      'input.tags',
      'input.tags[0]',
      'input.tags[1]',
      'scores',
      'scores[0]',
      'scores[1]',
    ])
  })
})

describe('the mapping of a log', () => {
  it('is guessed from names, the model’s columns first', () => {
    const fields = ['timestamp', 'request_id', 'input.age', 'input.score', 'probability_Yes', 'latency_ms', 'churned']
    const expected = {
      features: ['age', 'score'],
      output: binary,
      targets: { whole: 'churned', each: {} },
      query: null,
    }
    expect(guessMapping(fields, expected)).toEqual({
      features: { age: 'input.age', score: 'input.score' },
      scores: { Yes: 'probability_Yes' },
      actual: 'churned',
      time: 'timestamp',
      id: 'request_id',
      latency: 'latency_ms',
    })
  })

  it('of the server is known', () => {
    const mapping = ownMapping(['age'], binary)
    expect(mapping).toMatchObject({ id: 'request', scores: { No: 'scores[0]', Yes: 'scores[1]' } })
    expect(mapping.features).toEqual({ age: 'inputs.age' })
  })

  it('of several labels a row finds what came true of each, and scores by label', () => {
    const output: OutputBinding = { ...binary, task: 'multilabel', classes: ['news', 'sport'], positive: null }
    const expected = {
      features: [],
      output,
      targets: { whole: null, each: { news: 'is_news', sport: 'is_sport' } },
      query: null,
    }
    const fields = ['request', 'row', 'predictions.probabilities.news', 'predictions.probabilities.sport', 'is_sport']
    expect(guessMapping(fields, expected)).toEqual({
      features: {},
      id: 'request',
      row: 'row',
      scores: { news: 'predictions.probabilities.news', sport: 'predictions.probabilities.sport' },
      actuals: { sport: 'is_sport' },
    })
    expect(guessMapping(['id', 'tags'], expected)).toMatchObject({ id: 'id', actual: 'tags' })
  })

  it('of a ranking finds the query: by the approved column, by a usual name, or the request with many rows', () => {
    const output: OutputBinding = { ...binary, task: 'ranking', classes: [], positive: null }
    const expected = { features: [], output, targets: { whole: 'grade', each: {} }, query: 'srch' }
    expect(guessMapping(['id', 'srch', 'qid'], expected).query).toBe('srch')
    expect(guessMapping(['id', 'qid'], expected).query).toBe('qid')
    expect(guessMapping(['request_id', 'row'], expected)).toMatchObject({ query: 'request_id', row: 'row' })
    expect(guessMapping(['request_id', 'score'], expected).query).toBeUndefined()
    expect(ownMapping([], output)).toMatchObject({ query: 'request', row: 'row', prediction: 'scores[0]' })
  })
})
