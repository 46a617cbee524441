/** What two versions do not have in common: file, graph, binding, lineage, and their metrics on the same data. */
import { useState } from 'react'
import type { VersionId } from '../../../shared/contract/ids.ts'
import type { RegistryEntry } from '../../../shared/contract/registry.ts'
import { Field, Select } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { Answered } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'

const Differences = ({ first, second }: { readonly first: VersionId; readonly second: VersionId }) => {
  const diff = useQuery(['approvals', 'diff', first, second], (client) => client.registry.diff({ first, second }))
  return (
    <Answered answer={diff} label="Loading the differences" rows={4}>
      {({ differences, runs }) => (
        <>
          <div className="table-scroll" role="group" aria-label="Differences" tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">The other version</th>
                  <th scope="col">This version</th>
                </tr>
              </thead>
              <tbody>
                {differences.map((one) => (
                  <tr key={`${one.area} ${one.what}`}>
                    <th scope="row">
                      {one.what} <span className="muted">{one.area}</span>
                    </th>
                    <td>{one.first ?? '—'}</td>
                    <td>{one.second ?? '—'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="muted">
            {differences.length === 0 && 'They do not differ. '}
            {runs
              ? `Metrics are of the newest runs of both on ${runs.dataset}; the Compare page tests their difference.`
              : 'No dataset was evaluated with both, so no metrics are compared.'}
          </p>
        </>
      )}
    </Answered>
  )
}

export const VersionDiff = ({ entry }: { readonly entry: RegistryEntry }) => {
  const registry = useQuery(['approvals', 'registry'], (client) => client.registry.list())
  const [chosen, setChosen] = useState('')
  // Versions of the same model first; another model may be what this one replaces.
  const others = (registry.data ?? [])
    .filter((other) => other.versionId !== entry.versionId)
    .sort((a, b) => Number(b.modelId === entry.modelId) - Number(a.modelId === entry.modelId))
  if (others.length === 0) return null
  const other = others.find(({ versionId }) => versionId === chosen) ?? others[0]!
  return (
    <Section title="Differences" note="From another version to this one">
      <Field label="The other version">
        {(ids) => (
          <Select
            {...ids}
            value={other.versionId as string}
            onChoose={setChosen}
            choices={others.map(({ versionId, name, version }) => ({
              value: versionId as string,
              title: `${name} ${version}`,
            }))}
          />
        )}
      </Field>
      <Differences first={other.versionId} second={entry.versionId} />
    </Section>
  )
}
