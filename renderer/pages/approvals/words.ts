/** How outcomes, standings and severities are written and drawn: always a word and an icon, never a colour alone. */
import type { GateResult, Gates, Outcome } from '../../../shared/contract/policy.ts'
import type { FindingSeverity, FindingState, Standing } from '../../../shared/contract/review.ts'
import type { Stage } from '../../../shared/contract/registry.ts'
import type { IconName } from '../../components/icon.tsx'

export interface Look {
  readonly title: string
  readonly icon: IconName
  readonly tone: 'good' | 'warning' | 'error' | 'quiet' | 'busy'
}

const outcomes: Readonly<Record<Outcome, Look>> = {
  pass: { title: 'Pass', icon: 'check', tone: 'good' },
  fail: { title: 'Fail', icon: 'error', tone: 'error' },
  inconclusive: { title: 'Inconclusive', icon: 'help', tone: 'warning' },
  missing: { title: 'Missing', icon: 'warning', tone: 'warning' },
}

export const outcomeLook = ({
  outcome,
  severity,
  waiver,
}: Pick<GateResult, 'outcome' | 'severity' | 'waiver'>): Look => {
  const look = outcomes[outcome]
  if (outcome === 'pass') return look
  if (waiver?.inForce) return { ...look, title: `${look.title}, waived`, tone: 'quiet' }
  if (severity === 'warn') return { ...look, title: `${look.title}, warns only`, tone: 'warning' }
  return outcome === 'missing' ? { ...look, tone: 'error' } : look
}

export const gatesLook = (outcome: Gates['outcome']): Look =>
  ({
    pass: { title: 'Gates pass', icon: 'check', tone: 'good' },
    waived: { title: 'Gates pass with waivers', icon: 'warning', tone: 'warning' },
    blocked: { title: 'Gates stop it', icon: 'stop', tone: 'error' },
  })[outcome] as Look

export const standingLook = (state: Standing['state']): Look =>
  ({
    pending: { title: 'Waiting', icon: 'jobs', tone: 'busy' },
    approved: { title: 'Approved', icon: 'shield', tone: 'good' },
    rejected: { title: 'Rejected', icon: 'close', tone: 'error' },
    expired: { title: 'Expired', icon: 'warning', tone: 'warning' },
    outdated: { title: 'Evidence changed', icon: 'warning', tone: 'warning' },
    withdrawn: { title: 'Withdrawn', icon: 'stop', tone: 'quiet' },
  })[state] as Look

export const severityLook = (severity: FindingSeverity): Look =>
  ({
    critical: { title: 'Critical', icon: 'error', tone: 'error' },
    major: { title: 'Major', icon: 'warning', tone: 'warning' },
    minor: { title: 'Minor', icon: 'note', tone: 'quiet' },
    note: { title: 'Note', icon: 'note', tone: 'quiet' },
  })[severity] as Look

export const findingStateTitle = (state: FindingState): string =>
  ({ open: 'Open', answered: 'Answered', accepted: 'Risk accepted', closed: 'Closed' })[state]

export const stageLook = (stage: Stage): Look =>
  ({
    draft: { title: 'Draft', icon: 'file', tone: 'quiet' },
    candidate: { title: 'Candidate', icon: 'jobs', tone: 'busy' },
    approved: { title: 'Approved', icon: 'shield', tone: 'good' },
    released: { title: 'Released', icon: 'check', tone: 'good' },
    retired: { title: 'Retired', icon: 'stop', tone: 'quiet' },
  })[stage] as Look
