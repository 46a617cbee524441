import { useNavigate, useParams } from 'react-router'
import type { VersionId } from '../../../shared/contract/ids.ts'
import type { ModelVersion } from '../../../shared/contract/model.ts'
import { LinkButton } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { countFindings, Findings } from '../../components/findings.tsx'
import { Page, Section } from '../../components/page.tsx'
import { Answered } from '../../components/states.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { formatBytes, formatCount, plural } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { RegistryTab } from '../approvals/registry-tab.tsx'
import { BindingTab } from './binding-tab.tsx'
import { GraphTab } from './graph-tab.tsx'
import { VersionRuns } from './version-runs.tsx'
import { VersionsList } from './versions-list.tsx'

const VersionBody = ({ version }: { readonly version: ModelVersion }) => (
  <>
    {version.findings.length > 0 && (
      <Section title="Findings" note={countFindings(version.findings)}>
        <Findings findings={version.findings} />
      </Section>
    )}
    <Tabs
      label="Model version"
      tabs={[
        { id: 'graph', title: 'Graph', body: () => <GraphTab version={version} /> },
        {
          id: 'binding',
          title: 'Binding',
          count: version.bindingOrigin === null ? 'none yet' : version.bindingOrigin === 'user' ? 'yours' : 'guessed',
          body: () => <BindingTab version={version} />,
        },
        { id: 'runs', title: 'Runs', body: () => <VersionRuns version={version} /> },
        { id: 'registry', title: 'Registry', body: () => <RegistryTab version={version} /> },
        { id: 'versions', title: 'Versions', body: () => <VersionsList version={version} /> },
      ]}
    />
  </>
)

export const VersionPage = () => {
  const navigate = useNavigate()
  const id = useParams()['id'] as VersionId
  const answer = useQuery(['models', 'get', id], (client) => client.models.get({ id }))
  const version = answer.data
  const remove = async (): Promise<void> => {
    await ask((client) => client.models.remove({ id }))
    void navigate('/models', { replace: true })
  }
  return (
    <Page
      title={version ? `${version.name} ${version.version}` : 'Model version'}
      about={
        version && (
          <>
            <span>{version.fileName}</span>
            <span>{formatBytes(version.bytes)}</span>
            <span>{plural(version.parameters, 'parameter')}</span>
            <span>{formatTime(version.createdAt)}</span>
          </>
        )
      }
      actions={
        version && (
          <>
            <ConfirmButton
              label="Remove"
              name="Remove this version"
              title={`Remove ${version.name} ${version.version}?`}
              confirm="Remove the version"
              lost={
                <p>
                  The stored graph ({formatBytes(version.bytes)}) and its binding are deleted from this workspace; the
                  file it came from is not touched. A version that a run uses is not removed. Its number,{' '}
                  {formatCount(version.version)}, stays in the audit log.
                </p>
              }
              act={remove}
            />
            <LinkButton kind="primary" to={`/runs?new=1&version=${version.id}`}>
              Score a dataset
            </LinkButton>
          </>
        )
      }
      wide
    >
      <Answered answer={answer} label="Loading the model version" rows={10}>
        {(data) => <VersionBody key={data.id} version={data} />}
      </Answered>
    </Page>
  )
}
