import { useLocation, useSearchParams } from 'react-router'
import type { VersionId } from '../../../shared/contract/ids.ts'
import type { WatchedVersion } from '../../../shared/contract/monitor.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { LinkButton } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Page } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useQuery } from '../../engine/query.ts'
import { fileOfState } from '../../shell/open-files.ts'
import { AlertsTab } from './alerts-tab.tsx'
import { DataTab } from './data-tab.tsx'
import { ImportButtons } from './import-buttons.tsx'
import { ReportTab } from './report-tab.tsx'
import { TasksTab } from './tasks-tab.tsx'
import { TriggersTab } from './triggers-tab.tsx'

const titleOf = ({ model, version, approved, rows }: WatchedVersion): string =>
  `${model} ${version}${approved ? '' : ', not approved'}${rows > 0 ? ` · ${plural(rows, 'row')}` : ''}`

/** How many need somebody; none is not worth a number. */
const open = (n: number): { count?: string } => (n === 0 ? {} : { count: formatCount(n) })

const Body = ({ versions }: { readonly versions: readonly WatchedVersion[] }) => {
  const [search, setSearch] = useSearchParams()
  const { state } = useLocation() as { readonly state: unknown }
  const chosen = versions.find(({ versionId }) => versionId === search.get('version')) ?? versions[0]
  if (!chosen) {
    return (
      <Empty icon="monitor" title="Nothing to watch yet" actions={<LinkButton to="/runs">Go to runs</LinkButton>}>
        Production is held against an approved evaluation: score and evaluate a version first.
      </Empty>
    )
  }
  const choose = (versionId: VersionId): void => setSearch({ version: versionId })
  return (
    <>
      <div className="monitor-head">
        <Field label="Version">
          {(ids) => (
            <Select
              {...ids}
              value={chosen.versionId}
              onChoose={choose}
              choices={versions.map((one) => ({ value: one.versionId, title: titleOf(one) }))}
            />
          )}
        </Field>
        <ImportButtons key={fileOfState(state)?.token ?? ''} version={chosen} />
      </div>
      <Tabs
        label="Monitoring"
        tabs={[
          { id: 'report', title: 'Over time', body: () => <ReportTab key={chosen.versionId} version={chosen} /> },
          {
            id: 'alerts',
            title: 'Alerts',
            ...open(chosen.openAlerts),
            body: () => <AlertsTab versionId={chosen.versionId} />,
          },
          {
            id: 'tasks',
            title: 'Retraining',
            ...open(chosen.openTasks),
            body: () => <TasksTab version={chosen} />,
          },
          { id: 'data', title: 'Logs and labels', body: () => <DataTab version={chosen} /> },
          {
            id: 'triggers',
            title: 'Triggers',
            body: () => <TriggersTab key={chosen.versionId} versionId={chosen.versionId} />,
          },
        ]}
      />
    </>
  )
}

export const MonitorPage = () => {
  const answer = useQuery(['monitor', 'versions'], (client) => client.monitor.versions())
  return (
    <Page
      title="Monitor"
      about="What production does, held against what was approved"
      actions={
        <LinkButton to="/try" icon="play">
          Try a release
        </LinkButton>
      }
      wide
    >
      <Answered answer={answer} label="Loading the versions" rows={8}>
        {(versions) => <Body versions={versions} />}
      </Answered>
    </Page>
  )
}
