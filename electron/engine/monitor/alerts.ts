/** Alerts and the tasks that they open: states that people change, each change in the audit log. */
import type { AlertId, RetrainId, VersionId } from '../../../shared/contract/ids.ts'
import type { Alert, RetrainTask } from '../../../shared/contract/monitor-alerts.ts'
import type { MonitorReport } from '../../../shared/contract/monitor-report.ts'
import type { Condition } from '../../../shared/contract/monitor-triggers.ts'
import type { Engine } from '../engine.ts'
import { readVersion } from '../records.ts'
import type { Ledger } from '../workspace/ledger.ts'
import { newId } from '../workspace/new-id.ts'
import { unknownOf } from './monitor-store.ts'

interface Row {
  document: string
}

function putAlert(ledger: Ledger, alert: Alert): void {
  ledger
    .prepare(
      `INSERT INTO monitor_alert VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, document = excluded.document`,
    )
    .run(alert.id, alert.versionId, alert.rule, alert.subject, alert.state, alert.openedAt, JSON.stringify(alert))
}

function putTask(ledger: Ledger, task: RetrainTask): void {
  ledger
    .prepare(
      `INSERT INTO retrain_task VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, document = excluded.document`,
    )
    .run(task.id, task.versionId, task.state, task.openedAt, JSON.stringify(task))
}

function listOf<T>(ledger: Ledger, table: 'monitor_alert' | 'retrain_task', versionId?: VersionId): T[] {
  const rows = ledger
    .prepare(
      `SELECT document FROM ${table} WHERE @version IS NULL OR version_id = @version ORDER BY opened_at DESC, rowid DESC`,
    )
    .all({ version: versionId ?? null }) as Row[]
  return rows.map((row) => JSON.parse(row.document) as T)
}

/** Newest first. */
export const listAlerts = (ledger: Ledger, versionId?: VersionId): Alert[] => listOf(ledger, 'monitor_alert', versionId)
export const listTasks = (ledger: Ledger, versionId?: VersionId): RetrainTask[] =>
  listOf(ledger, 'retrain_task', versionId)

/** @throws AssayError monitor/unknown */
export function readTask(ledger: Ledger, id: RetrainId): RetrainTask {
  const row = ledger.prepare('SELECT document FROM retrain_task WHERE id = ?').get(id) as Row | undefined
  if (!row) throw unknownOf('task', id)
  return JSON.parse(row.document) as RetrainTask
}

/** The task of a version that is not ended yet: further reasons are added to it. */
const openTaskOf = (ledger: Ledger, versionId: VersionId): RetrainTask | undefined =>
  listTasks(ledger, versionId).find(({ state }) => state !== 'done' && state !== 'dismissed')

/** What a closed alert was about, so that the same windows do not open it again. */
const isNews = (condition: Condition, before: Alert | undefined): boolean => {
  if (before?.state !== 'closed') return true
  return condition.windows.some((label) => !before.windows.includes(label))
}

/** Alerts of what a report found: new ones open, known ones are seen again, those not found no longer hold. */
export function recordConditions(engine: Engine, report: MonitorReport): void {
  const { workspace } = engine
  const { ledger, actor } = workspace
  const { versionId, model, version } = report
  const known = listAlerts(ledger, versionId)
  const at = report.createdAt
  const subjectOf = ({ rule, subject }: Pick<Condition, 'rule' | 'subject'>): string => JSON.stringify([rule, subject])
  const found = new Set(report.conditions.map(subjectOf))
  for (const alert of known) {
    if (!alert.holds || found.has(subjectOf(alert))) continue
    ledger.transaction(() => putAlert(ledger, { ...alert, holds: false }))()
  }
  for (const condition of report.conditions) {
    const before = known.find((alert) => subjectOf(alert) === subjectOf(condition))
    if (!isNews(condition, before)) continue
    const again = before !== undefined && before.state !== 'closed'
    const seen = { ...condition, seenAt: at, holds: true, reportId: report.id }
    if (again) {
      ledger.transaction(() => putAlert(ledger, { ...before, ...seen }))()
      continue
    }
    const alert: Alert = {
      id: newId<AlertId>('al'),
      versionId,
      model,
      version,
      state: 'open',
      openedAt: at,
      ...seen,
      events: [{ at, by: actor, what: 'opened', note: '' }],
    }
    const detail = { version: versionId, rule: condition.rule, subject: condition.subject, report: report.id }
    workspace.change('alert opened', alert.id, detail, () => putAlert(ledger, alert))
    if (condition.opensTask) addReason(engine, alert)
  }
  engine.jobs.changed('monitor')
}

function newTask(engine: Engine, versionId: VersionId, at: string, what: string, note: string): RetrainTask {
  const { name, version } = readVersion(engine.workspace.ledger, versionId)
  return {
    id: newId<RetrainId>('rt'),
    versionId,
    model: name,
    version,
    state: 'open',
    openedAt: at,
    reasons: [],
    request: null,
    challenger: null,
    events: [{ at, by: engine.workspace.actor, what, note }],
  }
}

function addReason(engine: Engine, { id, versionId, rule, message, openedAt }: Alert): void {
  const { workspace } = engine
  const open = openTaskOf(workspace.ledger, versionId)
  const task = open ?? newTask(engine, versionId, openedAt, 'opened by a trigger', '')
  const reasons = [...task.reasons, { alertId: id, rule, message, at: openedAt }]
  const event = open ? 'retrain task has another reason' : 'retrain task opened'
  workspace.change(event, task.id, { version: versionId, alert: id, rule }, () =>
    putTask(workspace.ledger, { ...task, reasons }),
  )
}

/** By hand; the open one where there is one. */
export function openTask(engine: Engine, versionId: VersionId, note: string): RetrainTask {
  const { workspace } = engine
  const open = openTaskOf(workspace.ledger, versionId)
  if (open) return open
  const task = newTask(engine, versionId, new Date().toISOString(), 'opened by hand', note)
  workspace.change('retrain task opened', task.id, { version: versionId, note }, () => putTask(workspace.ledger, task))
  engine.jobs.changed('monitor')
  return task
}

/** @throws AssayError monitor/unknown */
export function changeAlert(engine: Engine, id: AlertId, to: Alert['state'], note: string): Alert {
  const { workspace } = engine
  const row = workspace.ledger.prepare('SELECT document FROM monitor_alert WHERE id = ?').get(id) as Row | undefined
  if (!row) throw unknownOf('alert', id)
  const before = JSON.parse(row.document) as Alert
  const after = workspace.change('alert changed', id, { from: before.state, to, note }, (time): Alert => {
    const what = to === 'open' ? 'opened again' : to
    const alert = { ...before, state: to, events: [...before.events, { at: time, by: workspace.actor, what, note }] }
    putAlert(workspace.ledger, alert)
    return alert
  })
  engine.jobs.changed('monitor')
  return after
}

/** Records what became of a task, in one change with what `more` does. */
export function changeTask(
  engine: Engine,
  id: RetrainId,
  change: Partial<Pick<RetrainTask, 'state' | 'request' | 'challenger'>>,
  what: string,
  note: string,
  more: (time: string) => void = () => undefined,
): RetrainTask {
  const { workspace } = engine
  const before = readTask(workspace.ledger, id)
  const detail = { from: before.state, to: change.state ?? before.state, what, note }
  const after = workspace.change('retrain task changed', id, detail, (time): RetrainTask => {
    const event = { at: time, by: workspace.actor, what, note }
    const task = { ...before, ...change, events: [...before.events, event] }
    putTask(workspace.ledger, task)
    more(time)
    return task
  })
  engine.jobs.changed('monitor')
  return after
}
