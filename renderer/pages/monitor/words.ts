/** States of alerts and tasks in words, each with an icon. */
import type { Alert, RetrainTask } from '../../../shared/contract/monitor-alerts.ts'
import type { Look } from '../approvals/words.ts'

export type MonitorEvent = Alert['events'][number]

export const alertLook = ({ state, severity }: Pick<Alert, 'state' | 'severity'>): Look =>
  state === 'closed'
    ? { icon: 'check', tone: 'quiet', title: 'Closed' }
    : {
        icon: severity,
        tone: severity === 'note' ? 'quiet' : severity,
        title: state === 'open' ? 'Open' : 'Acknowledged',
      }

const taskLooks: Readonly<Record<RetrainTask['state'], Look>> = {
  open: { icon: 'warning', tone: 'warning', title: 'Open' },
  requested: { icon: 'jobs', tone: 'busy', title: 'Training asked for' },
  challenger: { icon: 'compare', tone: 'busy', title: 'Challenger taken in' },
  done: { icon: 'check', tone: 'good', title: 'Done' },
  dismissed: { icon: 'stop', tone: 'quiet', title: 'Dismissed' },
}
export const taskLook = ({ state }: Pick<RetrainTask, 'state'>): Look => taskLooks[state]
