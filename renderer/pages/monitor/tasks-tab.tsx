/** Retraining: why, the request, the challenger, and fitting again without training. */
import { useState } from 'react'
import { Link } from 'react-router'
import type { WatchedVersion } from '../../../shared/contract/monitor.ts'
import type { RetrainTask } from '../../../shared/contract/monitor-alerts.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { finishJob } from '../../engine/finish-job.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { useLeadOn } from '../../shell/use-lead-on.ts'
import { LookBadge } from '../approvals/badge.tsx'
import { Events } from './events.tsx'
import { taskLook } from './words.ts'

const RequestDialog = ({ task, onClose }: { readonly task: RetrainTask; readonly onClose: () => void }) => {
  const [image, setImage] = useState('')
  const [schedule, setSchedule] = useState('0 3 * * 0')
  const [namespace, setNamespace] = useState('default')
  const { busy, problem, run } = useAction()
  const write = (): void => {
    void run(async () => {
      const target = await bridge().chooseSavePath({ suggestedName: `${task.model}-retrain`, kind: 'folder' })
      if (!target) return
      const done = await finishJob((client) =>
        client.monitor.retrain({ id: task.id, folder: { token: target.token }, image, schedule, namespace }),
      )
      if (done !== null) onClose()
    })
  }
  return (
    <Dialog title="Ask for a new model" onClose={onClose}>
      <p className="dialog-text">
        Writes a folder with the production rows and labels to train on, a request that says what is wanted, and an Argo
        Workflow and a CronJob that call your training image with both.
      </p>
      <Field label="Training image" help="registry/name:tag">
        {(ids) => (
          <input
            {...ids}
            type="text"
            value={image}
            maxLength={500}
            onChange={(event) => setImage(event.target.value)}
          />
        )}
      </Field>
      <div className="monitor-fields">
        <Field label="Schedule of the CronJob">
          {(ids) => (
            <input
              {...ids}
              type="text"
              value={schedule}
              maxLength={100}
              onChange={(event) => setSchedule(event.target.value)}
            />
          )}
        </Field>
        <Field label="Namespace">
          {(ids) => (
            <input
              {...ids}
              type="text"
              value={namespace}
              maxLength={63}
              onChange={(event) => setNamespace(event.target.value)}
            />
          )}
        </Field>
      </div>
      {problem && <ProblemPanel problem={problem} />}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" busy={busy} disabled={image.trim() === ''} onClick={write}>
          Choose a folder and write
        </Button>
      </footer>
    </Dialog>
  )
}

const TaskItem = ({ task }: { readonly task: RetrainTask }) => {
  const [asking, setAsking] = useState(false)
  const { busy, problem, run } = useAction()
  const leadOn = useLeadOn()
  const ended = task.state === 'done' || task.state === 'dismissed'
  const change = (to: 'open' | 'done' | 'dismissed'): void => {
    void run(async () => {
      await ask((client) => client.monitor.changeTask({ id: task.id, to, note: '' }))
    })
  }
  const takeIn = (): void => {
    void run(async () => {
      const [file] = await bridge().chooseFiles('model')
      if (!file) return
      const made = await finishJob((client) =>
        client.monitor.takeIn({ id: task.id, from: { file: { token: file.token } } }),
      )
      if (made !== null) leadOn(`/models/${made}`)
    })
  }
  return (
    <li className="monitor-item" data-state={task.state}>
      <div className="monitor-item-head">
        <LookBadge look={taskLook(task)} />
        <strong>
          Train {task.model} {task.version} again
        </strong>
        <span className="muted">opened {formatTime(task.openedAt)}</span>
        <div className="monitor-item-actions">
          {!ended && (
            <>
              <Button onClick={() => setAsking(true)}>Ask for a new model…</Button>
              <Button busy={busy} onClick={takeIn}>
                Take in the new model…
              </Button>
              {task.challenger && <Button onClick={() => change('done')}>Mark as done</Button>}
              <Button kind="quiet" onClick={() => change('dismissed')}>
                Dismiss
              </Button>
            </>
          )}
          {ended && (
            <Button kind="quiet" onClick={() => change('open')}>
              Open again
            </Button>
          )}
        </div>
      </div>
      {task.reasons.length > 0 && (
        <ul className="plain-list">
          {task.reasons.map(({ alertId, message }) => (
            <li key={alertId}>{message}</li>
          ))}
        </ul>
      )}
      <div className="monitor-item-foot">
        {task.request && (
          <span>
            Requested {formatTime(task.request.at)} with {plural(task.request.rows, 'row')}
          </span>
        )}
        {task.challenger && <Link to={`/models/${task.challenger}`}>The challenger</Link>}
        <Events events={task.events} />
      </div>
      {problem && <ProblemPanel problem={problem} />}
      {asking && <RequestDialog task={task} onClose={() => setAsking(false)} />}
    </li>
  )
}

const Refit = ({ version }: { readonly version: WatchedVersion }) => {
  const { busy, problem, run } = useAction()
  const leadOn = useLeadOn()
  const refit = (): void => {
    void run(async () => {
      const made = await finishJob((client) => client.monitor.refit({ versionId: version.versionId }))
      if (made !== null) leadOn(`/models/${made}`)
    })
  }
  return (
    <Section title="Without training">
      <div className="panel">
        <p>
          Calibration, and the threshold where the approved decision had costs, can be fitted again on the{' '}
          {formatCount(version.labels)} labels that came. What comes of it is a new version and the challenger; it has
          to be approved like any other.
        </p>
        {problem && <ProblemPanel problem={problem} />}
        <Button busy={busy} disabled={version.labels === 0} onClick={refit}>
          Fit again on production’s labels
        </Button>
      </div>
    </Section>
  )
}

export const TasksTab = ({ version }: { readonly version: WatchedVersion }) => {
  const { versionId } = version
  const answer = useQuery(['monitor', 'tasks', versionId], (client) => client.monitor.tasks({ versionId }))
  const { busy, problem, run } = useAction()
  const open = (): void => {
    void run(async () => {
      await ask((client) => client.monitor.openTask({ versionId, note: '' }))
    })
  }
  return (
    <>
      <Answered answer={answer} label="Loading the tasks" rows={4}>
        {(tasks) =>
          tasks.length === 0 ? (
            <Empty
              icon="check"
              title="Nothing asks for a new model"
              actions={
                <Button busy={busy} onClick={open}>
                  Open a task all the same
                </Button>
              }
            >
              Triggers open a task: a drop in performance, drift, new labelled data, or a changed objective.
            </Empty>
          ) : (
            <ul className="monitor-items" aria-label="Retraining tasks">
              {tasks.map((task) => (
                <TaskItem key={task.id} task={task} />
              ))}
            </ul>
          )
        }
      </Answered>
      {problem && <ProblemPanel problem={problem} />}
      <Refit version={version} />
    </>
  )
}
