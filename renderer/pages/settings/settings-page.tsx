import { Button } from '../../components/button.tsx'
import { Facts } from '../../components/facts.tsx'
import { Page, Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered } from '../../components/states.tsx'
import { bridge } from '../../engine/bridge.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatBytes, formatCount } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { ThemeSwitch } from '../../shell/theme-switch.tsx'
import { AuditLog } from './audit-log.tsx'
import { Devices } from './devices.tsx'

const Workspace = () => {
  const info = useQuery(['workspace', 'info'], (client) => client.workspace.info())
  const { busy, problem, run } = useAction()
  const open = (): void => {
    void run(async () => {
      await bridge().openWorkspace()
    })
  }
  const { versions } = bridge()
  return (
    <Answered answer={info} label="Loading the workspace" rows={8}>
      {(workspace) => (
        <>
          <Section
            title="Workspace"
            actions={
              <Button busy={busy} onClick={open}>
                Open another workspace
              </Button>
            }
          >
            {problem && <ProblemPanel problem={problem} />}
            <Facts
              facts={[
                ['Name', workspace.name],
                ['Folder', <code key="folder">{workspace.folder}</code>],
                ['Made', formatTime(workspace.createdAt)],
                ['Size', formatBytes(workspace.bytes)],
                ['Datasets', formatCount(workspace.datasets)],
                ['Models', formatCount(workspace.models)],
                ['Runs', formatCount(workspace.runs)],
                ['Schema version', String(workspace.schemaVersion)],
              ]}
            />
          </Section>
          <Section title="Software">
            <Facts
              facts={[
                ['Assay', workspace.software.assay],
                ['ONNX Runtime', workspace.software.onnxruntime],
                ['DuckDB', workspace.software.duckdb],
                ['Node', workspace.software.node],
                ['Electron', versions.electron],
                ['Chromium', versions.chrome],
                ['Platform', workspace.software.platform],
              ]}
            />
          </Section>
        </>
      )}
    </Answered>
  )
}

export const SettingsPage = () => (
  <Page title="Settings">
    <Section title="Appearance" note="System follows the operating system">
      <ThemeSwitch />
    </Section>
    <Workspace />
    <Devices />
    <AuditLog />
  </Page>
)
