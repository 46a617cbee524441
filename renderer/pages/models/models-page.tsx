import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { ModelSummary } from '../../../shared/contract/model.ts'
import type { RegistryEntry } from '../../../shared/contract/registry.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { Page } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatBytes, formatCount, plural } from '../../../shared/format/number.ts'
import { formatAgo, formatTime } from '../../../shared/format/time.ts'
import { taskTitle } from '../../../shared/format/words.ts'
import { LookBadge } from '../approvals/badge.tsx'
import { stageLook } from '../approvals/words.ts'
import { chooseAndOpen } from '../../shell/open-files.ts'

type Entries = ReadonlyMap<string, RegistryEntry>

/** What a search is held against: everything of a version that the row shows. */
const rowText = (model: ModelSummary, version: ModelSummary['versions'][number], entry?: RegistryEntry): string =>
  [
    model.name,
    `version ${version.version}`,
    version.task === null ? 'not bound' : taskTitle(version.task),
    entry?.stage ?? '',
    ...(entry?.aliases ?? []),
    entry?.standing?.state ?? '',
  ]
    .join(' ')
    .toLowerCase()

/** The models with the versions that hold every word. */
function searched(models: readonly ModelSummary[], entries: Entries, search: string): ModelSummary[] {
  const words = search.toLowerCase().split(/\s+/)
  return models
    .map((model) => ({
      ...model,
      versions: model.versions.filter((version) => {
        const text = rowText(model, version, entries.get(version.id))
        return words.every((word) => text.includes(word))
      }),
    }))
    .filter((model) => model.versions.length > 0)
}

const StageCell = ({ entry }: { readonly entry: RegistryEntry | undefined }) =>
  entry ? (
    <>
      <LookBadge look={stageLook(entry.stage)} />
      {entry.aliases.length > 0 && <span className="muted"> {entry.aliases.join(', ')}</span>}
    </>
  ) : null

const ModelsTable = ({ models, entries }: { readonly models: readonly ModelSummary[]; readonly entries: Entries }) => (
  <div className="table-scroll" role="group" aria-label="Models" tabIndex={0}>
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Version</th>
          <th scope="col">Task</th>
          <th scope="col">Stage</th>
          <th scope="col" className="number">
            Runs
          </th>
          <th scope="col" className="number">
            Size
          </th>
          <th scope="col">Imported</th>
        </tr>
      </thead>
      {models.map((model) => (
        <tbody key={model.id}>
          {[...model.versions]
            .sort((a, b) => b.version - a.version)
            .map((version, index) => (
              <tr key={version.id}>
                <th scope="row">{index === 0 ? model.name : <span className="visually-hidden">{model.name}</span>}</th>
                <td>
                  <Link to={`/models/${version.id}`} aria-label={`${model.name}, version ${version.version}`}>
                    Version {version.version}
                  </Link>
                </td>
                <td>{version.task === null ? <span className="muted">Not bound</span> : taskTitle(version.task)}</td>
                <td>
                  <StageCell entry={entries.get(version.id)} />
                </td>
                <td className="number">{formatCount(version.runs)}</td>
                <td className="number">{formatBytes(version.bytes)}</td>
                <td title={formatTime(version.createdAt)}>{formatAgo(version.createdAt)}</td>
              </tr>
            ))}
        </tbody>
      ))}
    </table>
  </div>
)

export const ModelsPage = () => {
  const navigate = useNavigate()
  const models = useQuery(['models', 'list'], (client) => client.models.list())
  const registry = useQuery(['approvals', 'registry'], (client) => client.registry.list())
  const [search, setSearch] = useState('')
  const entries: Entries = new Map((registry.data ?? []).map((entry) => [entry.versionId, entry]))
  const importButton = (
    <Button kind="primary" icon="plus" onClick={() => void chooseAndOpen('model', navigate)}>
      Import a model
    </Button>
  )
  return (
    <Page title="Models" about={models.data ? plural(models.data.length, 'model') : undefined} actions={importButton}>
      <Answered answer={models} label="Loading models" rows={6}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon="models" title="No models yet" actions={importButton}>
              A model is an ONNX file. Each import under the same name is a new version. Drop a file anywhere in this
              window.
            </Empty>
          ) : (
            <>
              <div className="models-find">
                <Field label="Find by name, stage, alias or task">
                  {(ids) => (
                    <input {...ids} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
                  )}
                </Field>
              </div>
              <ModelsTable models={searched(list, entries, search)} entries={entries} />
            </>
          )
        }
      </Answered>
    </Page>
  )
}
