import { describe, expect, it } from 'vitest'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { fieldsOf, guessMapping, ownMapping, readPath, rowId, valueAt } from '../../../shared/monitor/log-fields.ts'

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
      'input.tags[0]',
      'input.tags[1]',
      'scores[0]',
      'scores[1]',
    ])
  })
})

describe('the mapping of a log', () => {
  it('is guessed from names, the model’s columns first', () => {
    const fields = ['timestamp', 'request_id', 'input.age', 'input.score', 'probability_Yes', 'latency_ms', 'churned']
    expect(guessMapping(fields, ['age', 'score'], binary, 'churned')).toEqual({
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

  it('names a row by its request and its place', () => {
    expect([rowId('r7', 0), rowId('r7', 3)]).toEqual(['r7', 'r7#3'])
  })
})
