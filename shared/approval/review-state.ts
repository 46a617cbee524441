/**
 * A review's events folded into what a reader sees. The fold does not depend on the order in which events arrived: they
 * are sorted by time and id first, so that two workspaces that know the same events show the same review.
 */
import type { Signer } from '../contract/person.ts'
import type { CommentView, FindingView, ReviewEvent } from '../contract/review.ts'

/** By time, then by id: one order wherever they were merged. */
export function sortEvents(events: readonly ReviewEvent[]): ReviewEvent[] {
  return [...events].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

/** Both lists, each event once. The one known here wins where an id says two things. */
export function mergeEvents(here: readonly ReviewEvent[], there: readonly ReviewEvent[]): ReviewEvent[] {
  const known = new Set(here.map((event) => event.id))
  return sortEvents([...here, ...there.filter((event) => !known.has(event.id))])
}

export interface CheckMark {
  readonly state: 'open' | 'done' | 'not applicable'
  readonly note: string
  readonly by: Signer
  readonly at: string
}

export interface ReviewState {
  readonly findings: readonly FindingView[]
  readonly comments: readonly CommentView[]
  /** "checklist item" to its last mark. */
  readonly checks: ReadonlyMap<string, CheckMark>
  /** "approval condition" of conditions that someone says are met. */
  readonly conditionsMet: ReadonlySet<string>
  readonly withdrawn: string | null
}

export const checkKey = (checklist: string, item: string): string => `${checklist} ${item}`
export const conditionKey = (approval: string, condition: number): string => `${approval} ${condition}`

/** Open and answered findings are not settled; the author's word does not settle one. */
export const isSettled = (finding: FindingView): boolean => finding.state === 'closed' || finding.state === 'accepted'

function changedWords(event: Extract<ReviewEvent, { type: 'finding changed' }>): string {
  const parts = [
    event.state === undefined ? '' : event.state,
    event.severity === undefined ? '' : `severity ${event.severity}`,
    event.owner === undefined ? '' : `owner ${event.owner ?? 'nobody'}`,
    event.due === undefined ? '' : `due ${event.due ?? 'no date'}`,
  ].filter((part) => part !== '')
  return parts.join(', ') || 'remark'
}

/**
 * @param today ISO date, against which due dates are held
 * @param authors fingerprints of those whose work is under review: their word settles nothing, wherever it was written
 */
export function foldEvents(
  events: readonly ReviewEvent[],
  today: string,
  authors: ReadonlySet<string> = new Set(),
): ReviewState {
  const findings = new Map<string, FindingView>()
  const comments: CommentView[] = []
  const checks = new Map<string, CheckMark>()
  const conditionsMet = new Set<string>()
  let withdrawn: string | null = null
  for (const event of sortEvents(events)) {
    const { at, by } = event
    const own = authors.has(by.fingerprint)
    switch (event.type) {
      case 'finding opened':
        findings.set(event.finding, {
          id: event.finding,
          severity: event.severity,
          state: 'open',
          title: event.title,
          text: event.text,
          path: event.path,
          owner: event.owner,
          due: event.due,
          overdue: false,
          openedBy: by,
          openedAt: at,
          history: [],
        })
        break
      case 'finding changed': {
        const finding = findings.get(event.finding)
        if (!finding) break
        const settles = event.state === 'closed' || event.state === 'accepted'
        findings.set(event.finding, {
          ...finding,
          state: own && settles ? finding.state : (event.state ?? finding.state),
          severity: own ? finding.severity : (event.severity ?? finding.severity),
          owner: event.owner === undefined ? finding.owner : event.owner,
          due: own || event.due === undefined ? finding.due : event.due,
          history: [...finding.history, { at, by, what: changedWords(event), text: event.text }],
        })
        break
      }
      case 'comment': {
        const finding = event.finding === null ? undefined : findings.get(event.finding)
        if (finding) {
          const history = [...finding.history, { at, by, what: 'comment', text: event.text }]
          findings.set(finding.id, { ...finding, history })
        } else comments.push({ id: event.id, at, by, path: event.path, text: event.text })
        break
      }
      case 'checked':
        if (!own) checks.set(checkKey(event.checklist, event.item), { state: event.state, note: event.note, by, at })
        break
      case 'condition met':
        if (!own) conditionsMet.add(conditionKey(event.approval, event.condition))
        break
      case 'withdrawn':
        withdrawn = event.text || 'withdrawn'
        break
    }
  }
  const rank = { critical: 0, major: 1, minor: 2, note: 3 }
  return {
    findings: [...findings.values()]
      .map((finding) => ({ ...finding, overdue: finding.due !== null && finding.due < today && !isSettled(finding) }))
      .sort((a, b) => Number(isSettled(a)) - Number(isSettled(b)) || rank[a.severity] - rank[b.severity]),
    comments,
    checks,
    conditionsMet,
    withdrawn,
  }
}
