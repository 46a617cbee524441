/**
 * Who signs, and the passphrase of their key. The passphrase goes to the engine once, and is kept nowhere but in the
 * system's keychain, where the person wants that.
 */
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import type { KeptPassphrase } from '../../../shared/contract/bridge.ts'
import type { PersonId } from '../../../shared/contract/ids.ts'
import type { Person } from '../../../shared/contract/person.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { bridge } from '../../engine/bridge.ts'

export const PersonField = ({
  people,
  value,
  onChoose,
  label = 'Person',
  none,
}: {
  readonly people: readonly Person[]
  readonly value: string
  readonly onChoose: (id: string) => void
  readonly label?: string
  /** What is missing where nobody can act. */
  readonly none: string
}) =>
  people.length === 0 ? (
    <p className="muted">
      {none} <Link to="/approvals?tab=people">See the people</Link>
    </p>
  ) : (
    <Field label={label}>
      {(ids) => (
        <Select
          {...ids}
          value={value}
          onChoose={onChoose}
          choices={people.map((person) => ({
            value: person.id as string,
            title: `${person.name} · ${person.roles.join(', ')}`,
          }))}
        />
      )}
    </Field>
  )

export const PassphraseField = ({
  value,
  onChange,
  label = 'Passphrase of the key',
  help,
}: {
  readonly value: string
  readonly onChange: (text: string) => void
  readonly label?: string
  readonly help?: string
}) => (
  <Field label={label} help={help}>
    {(ids) => (
      <input
        {...ids}
        type="password"
        autoComplete="off"
        value={value}
        maxLength={1000}
        onChange={(event) => onChange(event.target.value)}
      />
    )}
  </Field>
)

/** The passphrase of someone's key, typed or from the keychain. `keep` is for when it has opened the key. */
export function useKeptPassphrase(personId: string) {
  const [found, setFound] = useState<KeptPassphrase & { readonly person: string }>()
  const [typed, setTyped] = useState<{ readonly person: string; readonly text: string }>()
  const [wanted, setWanted] = useState(false)
  const person = personId as PersonId
  useEffect(() => {
    if (personId === '') return
    let current = true
    bridge()
      .takePassphrase(personId as PersonId)
      .then(
        (answer) => {
          if (current) setFound({ ...answer, person: personId })
        },
        () => undefined,
      )
    return () => {
      current = false
    }
  }, [personId])
  const here = found?.person === personId ? found : undefined
  const passphrase = typed?.person === personId ? typed.text : (here?.passphrase ?? '')
  const available = here?.available === true
  const keep = async (): Promise<void> => {
    if (wanted && available) await bridge().keepPassphrase(person, passphrase)
  }
  const forget = (): void => {
    if (here) setFound({ ...here, passphrase: null })
    setTyped(undefined)
    void bridge().forgetPassphrase(person)
  }
  const kept = typeof here?.passphrase === 'string'
  const setPassphrase = (text: string): void => setTyped({ person: personId, text })
  return { passphrase, setPassphrase, available, kept, wanted, setWanted, keep, forget }
}

export const KeptPassphraseField = ({
  secret,
  label,
}: {
  readonly secret: ReturnType<typeof useKeptPassphrase>
  readonly label?: string
}) => (
  <div className="kept-passphrase">
    <PassphraseField
      value={secret.passphrase}
      onChange={secret.setPassphrase}
      {...(label === undefined ? {} : { label })}
      {...(secret.kept ? { help: 'From this computer’s keychain.' } : {})}
    />
    {secret.kept ? (
      <Button kind="quiet" onClick={secret.forget}>
        Forget it on this computer
      </Button>
    ) : (
      secret.available && (
        <label className="check">
          <input type="checkbox" checked={secret.wanted} onChange={(event) => secret.setWanted(event.target.checked)} />
          Keep it in this computer’s keychain
        </label>
      )
    )}
  </div>
)
