/** Everyone whose key this workspace knows. A person is a key: who has the passphrase signs as that person. */
import { useState } from 'react'
import type { Person } from '../../../shared/contract/person.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { LookBadge, WholeHash } from './badge.tsx'
import { AddPersonDialog } from './add-person-dialog.tsx'
import { DelegateDialog } from './delegate-dialog.tsx'
import { standsInFor, usePeople } from './queries.ts'
import type { Look } from './words.ts'

const lookOf = (person: Person): Look => {
  if (person.revoked) return { title: `Revoked: ${person.revoked.reason}`, icon: 'close', tone: 'error' }
  if (person.expiresAt !== null && person.expiresAt < new Date().toISOString())
    return { title: 'Expired', icon: 'warning', tone: 'warning' }
  return person.local
    ? { title: 'Key here', icon: 'shield', tone: 'good' }
    : { title: 'Public key', icon: 'check', tone: 'quiet' }
}

const PersonRow = ({ person, onDelegate }: { readonly person: Person; readonly onDelegate: () => void }) => {
  const { busy, problem, run } = useAction()
  const standing = standsInFor(person)
  const canDelegate = person.local && !person.revoked && person.roles.includes('approver')
  const givers = (person.delegations ?? []).filter(({ endedAt }) => endedAt === null)
  const takeBack = (): void =>
    void run(async () => {
      for (const from of new Set(givers.map(({ statement }) => statement.from.id)))
        await ask((client) => client.people.endDelegations({ from, to: person.id }))
    })
  const save = (): void =>
    void run(async () => {
      const file = await bridge().chooseSavePath({ suggestedName: `${person.name}.person.json`, kind: 'json' })
      if (file) await ask((client) => client.people.export({ id: person.id, file: { token: file.token } }))
    })
  return (
    <tr>
      <th scope="row">{person.name}</th>
      <td>
        {person.roles.join(', ')}
        {standing.length > 0 && <div className="muted">decides for {standing.join(', ')}</div>}
      </td>
      <td>
        <LookBadge look={lookOf(person)} />
      </td>
      <td>{person.algorithm === 'ed25519' ? 'Ed25519' : 'ECDSA P-256'}</td>
      <td>
        <WholeHash value={person.fingerprint} label={`Fingerprint of ${person.name}`} />
      </td>
      <td>
        <div className="button-row">
          <Button busy={busy} onClick={save} aria-label={`Export the public key of ${person.name}`}>
            Export
          </Button>
          {canDelegate && (
            <Button onClick={onDelegate} aria-label={`Let someone decide for ${person.name}`}>
              Delegate
            </Button>
          )}
          {standing.length > 0 && (
            <Button busy={busy} onClick={takeBack} aria-label={`End what was delegated to ${person.name}`}>
              End delegation
            </Button>
          )}
          {!person.revoked && (
            <ConfirmButton
              label="Revoke"
              name={`Revoke the key of ${person.name}`}
              title={`Revoke the key of ${person.name}?`}
              confirm="Revoke the key"
              lost={
                <p>
                  It can sign nothing any more, for good. What it signed before stays valid. If someone else may have
                  had it, revoke it as compromised from the command line: then no signature of it counts.
                </p>
              }
              act={async () => {
                await ask((client) => client.people.revoke({ id: person.id, reason: 'left', text: '' }))
              }}
            />
          )}
        </div>
        {problem && <ProblemPanel problem={problem} />}
      </td>
    </tr>
  )
}

export const PeopleTab = () => {
  const people = usePeople()
  const [adding, setAdding] = useState(false)
  const [delegating, setDelegating] = useState<Person>()
  const { busy, problem, run } = useAction()
  const importKey = (): void =>
    void run(async () => {
      const [file] = await bridge().chooseFiles('any')
      if (file) await ask((client) => client.people.import({ file: { token: file.token } }))
    })
  return (
    <Section
      title="People"
      note="Compare a colleague’s fingerprint with them in another way than by mail"
      actions={
        <div className="button-row">
          <Button busy={busy} onClick={importKey}>
            Import a public key
          </Button>
          <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
            Add a person
          </Button>
        </div>
      }
    >
      {problem && <ProblemPanel problem={problem} />}
      {delegating && <DelegateDialog from={delegating} onClose={() => setDelegating(undefined)} />}
      {adding && <AddPersonDialog onClose={() => setAdding(false)} />}
      <Answered answer={people} label="Loading people" rows={3}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon="shield" title="Nobody has a key here yet">
              An author asks for a review and an approver decides. Each signs with a key of their own.
            </Empty>
          ) : (
            <div className="table-scroll" role="group" aria-label="People" tabIndex={0}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Roles</th>
                    <th scope="col">State</th>
                    <th scope="col">Key</th>
                    <th scope="col">Fingerprint</th>
                    <th scope="col">
                      <span className="visually-hidden">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {list.map((person) => (
                    <PersonRow key={person.id} person={person} onDelegate={() => setDelegating(person)} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
    </Section>
  )
}
