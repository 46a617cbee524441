import { describe, expect, it } from 'vitest'
import type { Signer } from '../../../shared/contract/person.ts'
import type { ReviewEvent } from '../../../shared/contract/review.ts'
import { foldEvents, mergeEvents } from '../../../shared/approval/review-state.ts'
import { sha } from '../report/evidence-fixture.ts'

const who = (name: 'Ada' | 'Grace'): Signer => ({
  id: 'per_0123456789abcdef' as Signer['id'],
  name,
  fingerprint: sha(name === 'Ada' ? 'a' : 'b'),
})
let clock = 0
const base = (name: 'Ada' | 'Grace') => {
  clock++
  return {
    id: String(clock).padStart(16, '0'),
    at: `2026-06-01T00:00:${String(clock % 60).padStart(2, '0')}.000Z`,
    by: who(name),
  }
}
const opened: ReviewEvent = {
  ...base('Grace'),
  type: 'finding opened',
  finding: 'f'.repeat(16),
  severity: 'major',
  title: 'Why?',
  text: '',
  path: null,
  owner: 'Ada',
  due: '2026-06-10',
}
const answered: ReviewEvent = {
  ...base('Ada'),
  type: 'finding changed',
  finding: opened.finding,
  state: 'answered',
  text: 'So.',
}
const closed: ReviewEvent = {
  ...base('Grace'),
  type: 'finding changed',
  finding: opened.finding,
  state: 'closed',
  text: '',
}
const remark: ReviewEvent = { ...base('Grace'), type: 'comment', path: 'metrics.roc_auc', finding: null, text: 'Good' }
const reply: ReviewEvent = { ...base('Ada'), type: 'comment', path: null, finding: opened.finding, text: 'Look again' }
const marked: ReviewEvent = {
  ...base('Grace'),
  type: 'checked',
  checklist: 'sr-26-2',
  item: 'data',
  state: 'done',
  note: 'seen',
}
const events = [opened, answered, closed, remark, reply, marked]

describe('events', () => {
  it('give the same review in whatever order they arrived', () => {
    const expected = foldEvents(events, '2026-06-15')
    for (let turn = 0; turn < 50; turn++) {
      const shuffled = events
        .map((event, k) => ({ event, key: Math.sin((turn + 1) * (k + 1) * 12.9898) }))
        .sort((a, b) => a.key - b.key)
      const half = shuffled.slice(0, turn % events.length).map(({ event }) => event)
      const rest = shuffled.slice(turn % events.length).map(({ event }) => event)
      // Each side may know some that the other knows too.
      const merged = mergeEvents([...half, ...rest.slice(0, 1)], [...rest, ...half.slice(0, 2)])
      expect(merged).toHaveLength(events.length)
      expect(foldEvents(merged, '2026-06-15')).toEqual(expected)
    }
  })

  it('fold into findings with their history, comments and checks', () => {
    const state = foldEvents(events, '2026-06-15')
    expect(state.findings).toMatchObject([
      { state: 'closed', overdue: false, history: [{ what: 'answered' }, { what: 'closed' }, { what: 'comment' }] },
    ])
    expect(state.comments).toMatchObject([{ path: 'metrics.roc_auc' }])
    expect(state.checks.get('sr-26-2 data')).toMatchObject({ state: 'done' })
  })

  it('are overdue after their day until they are settled', () => {
    expect(foldEvents([opened], '2026-06-10').findings[0]!.overdue).toBe(false)
    expect(foldEvents([opened, answered], '2026-06-11').findings[0]!.overdue).toBe(true)
    expect(foldEvents([opened, answered, closed], '2026-06-11').findings[0]!.overdue).toBe(false)
  })

  it('of an author settle nothing, wherever they were written', () => {
    const authors = new Set([who('Ada').fingerprint])
    const own: ReviewEvent[] = [
      opened,
      {
        ...base('Ada'),
        type: 'finding changed',
        finding: opened.finding,
        state: 'closed',
        severity: 'note',
        due: null,
        text: '',
      },
      { ...base('Ada'), type: 'checked', checklist: 'sr-26-2', item: 'data', state: 'done', note: '' },
      { ...base('Ada'), type: 'condition met', approval: sha('1'), condition: 0, text: '' },
    ]
    const state = foldEvents(own, '2026-06-15', authors)
    expect(state.findings[0]).toMatchObject({ state: 'open', severity: 'major', due: '2026-06-10' })
    expect(state.checks.size).toBe(0)
    expect(state.conditionsMet.size).toBe(0)
  })

  it('of a finding that nobody opened change nothing', () => {
    expect(foldEvents([closed], '2026-06-15').findings).toEqual([])
  })
})
