import { useState } from 'react'
import type { PersonRole } from '../../../shared/contract/person.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { PassphraseField } from './signature-fields.tsx'

const roles: readonly (readonly [PersonRole, string])[] = [
  ['author', 'Author: makes models and asks for reviews'],
  ['validator', 'Validator: writes and settles findings'],
  ['approver', 'Approver: signs decisions, never on their own work'],
]
const shortest = 12

export const AddPersonDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<readonly PersonRole[]>(['author'])
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const { busy, problem, run } = useAction()
  const fits = name.trim() !== '' && chosen.length > 0 && passphrase.length >= shortest && passphrase === again
  const add = (): void =>
    void run(async () => {
      await ask((client) => client.people.add({ name, roles: [...chosen], passphrase }))
      onClose()
    })
  return (
    <Dialog title="Add a person" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          if (fits) add()
        }}
      >
        <Field label="Name">
          {(ids) => (
            <input
              {...ids}
              type="text"
              value={name}
              maxLength={200}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="check-list">
          <legend>Roles</legend>
          {roles.map(([role, title]) => (
            <label key={role} className="check">
              <input
                type="checkbox"
                checked={chosen.includes(role)}
                onChange={(event) =>
                  setChosen(event.target.checked ? [...chosen, role] : chosen.filter((other) => other !== role))
                }
              />
              {title}
            </label>
          ))}
        </fieldset>
        <PassphraseField
          label="Passphrase"
          value={passphrase}
          onChange={setPassphrase}
          help={`At least ${shortest} characters. It encrypts the private key and is kept nowhere: a lost one cannot be found.`}
        />
        <PassphraseField
          label="Once more"
          value={again}
          onChange={setAgain}
          {...(again !== '' && again !== passphrase ? { help: 'The two are not the same.' } : {})}
        />
        {problem && <ProblemPanel problem={problem} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" type="submit" busy={busy} disabled={!fits}>
            Make the key
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
