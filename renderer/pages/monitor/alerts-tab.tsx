/** Alerts of a version, those that need somebody first. */
import { useState } from 'react'
import { Link } from 'react-router'
import type { VersionId } from '../../../shared/contract/ids.ts'
import type { Alert } from '../../../shared/contract/monitor-alerts.ts'
import { formatAgo } from '../../../shared/format/time.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { LookBadge } from '../approvals/badge.tsx'
import { Events } from './events.tsx'
import { alertLook } from './words.ts'

const CloseDialog = ({ alert, onClose }: { readonly alert: Alert; readonly onClose: () => void }) => {
  const [note, setNote] = useState('')
  const { busy, problem, run } = useAction()
  const close = (): void => {
    void run(async () => {
      await ask((client) => client.monitor.changeAlert({ id: alert.id, to: 'closed', note }))
      onClose()
    })
  }
  return (
    <Dialog title="Close the alert" onClose={onClose}>
      <p className="dialog-text">{alert.message}</p>
      <Field label="Why" help="Goes into the audit log. It opens again only for windows that it was not about.">
        {(ids) => (
          <textarea {...ids} rows={3} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      {problem && <ProblemPanel problem={problem} />}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" busy={busy} onClick={close}>
          Close the alert
        </Button>
      </footer>
    </Dialog>
  )
}

const AlertItem = ({ alert }: { readonly alert: Alert }) => {
  const [closing, setClosing] = useState(false)
  const { busy, problem, run } = useAction()
  const change = (to: Alert['state']): void => {
    void run(async () => {
      await ask((client) => client.monitor.changeAlert({ id: alert.id, to, note: '' }))
    })
  }
  return (
    <li className="monitor-item" data-rule={alert.rule}>
      <div className="monitor-item-head">
        <LookBadge look={alertLook(alert)} />
        <strong>{alert.rule[0]!.toUpperCase() + alert.rule.slice(1)}</strong>
        <span className="muted">
          seen {formatAgo(alert.seenAt)}
          {!alert.holds && ', no longer holds'}
        </span>
        <div className="monitor-item-actions">
          {alert.state === 'open' && (
            <Button busy={busy} onClick={() => change('acknowledged')}>
              Acknowledge
            </Button>
          )}
          {alert.state === 'closed' ? (
            <Button kind="quiet" busy={busy} onClick={() => change('open')}>
              Open again
            </Button>
          ) : (
            <Button onClick={() => setClosing(true)}>Close…</Button>
          )}
        </div>
      </div>
      <p>{alert.message}</p>
      <div className="monitor-item-foot">
        <Link to={`/monitor?version=${alert.versionId}&report=${alert.reportId}`}>The report that found it</Link>
        <Events events={alert.events} />
      </div>
      {problem && <ProblemPanel problem={problem} />}
      {closing && <CloseDialog alert={alert} onClose={() => setClosing(false)} />}
    </li>
  )
}

const order = { open: 0, acknowledged: 1, closed: 2 } as const

export const AlertsTab = ({ versionId }: { readonly versionId: VersionId }) => {
  const answer = useQuery(['monitor', 'alerts', versionId], (client) => client.monitor.alerts({ versionId }))
  return (
    <Answered answer={answer} label="Loading the alerts" rows={4}>
      {(alerts) =>
        alerts.length === 0 ? (
          <Empty icon="check" title="No alert">
            A report opens an alert when a trigger holds in enough windows in a row.
          </Empty>
        ) : (
          <ul className="monitor-items" aria-label="Alerts">
            {[...alerts]
              .sort((a, b) => order[a.state] - order[b.state])
              .map((alert) => (
                <AlertItem key={alert.id} alert={alert} />
              ))}
          </ul>
        )
      }
    </Answered>
  )
}
