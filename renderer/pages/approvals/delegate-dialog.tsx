/** An approver who will be away lets someone decide in their place. */
import { useState } from 'react'
import type { Person } from '../../../shared/contract/person.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { usePeople } from './queries.ts'
import { KeptPassphraseField, PersonField, useKeptPassphrase } from './signature-fields.tsx'

export const DelegateDialog = ({ from, onClose }: { readonly from: Person; readonly onClose: () => void }) => {
  const others = (usePeople().data ?? []).filter((person) => person.id !== from.id && !person.revoked)
  const [chosen, setChosen] = useState('')
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const secret = useKeptPassphrase(from.id)
  const { passphrase } = secret
  const { busy, problem, run } = useAction()
  const to = others.find((person) => person.id === chosen) ?? others[0]
  const ready = to !== undefined && until !== '' && reason.trim() !== '' && passphrase !== ''
  const sign = (): void =>
    void run(async () => {
      if (!to) return
      // Who decides on another desktop takes the file in there.
      const suggestedName = `${from.name} to ${to.name}.delegation.json`.replaceAll(/[\\/:*?"<>|]/g, '-')
      const saved = to.local ? null : await bridge().chooseSavePath({ suggestedName, kind: 'json' })
      if (!to.local && !saved) return
      await ask((client) =>
        client.people.delegate({
          from: from.id,
          to: to.id,
          passphrase,
          until,
          reason,
          ...(saved ? { file: { token: saved.token } } : {}),
        }),
      )
      await secret.keep()
      onClose()
    })
  return (
    <Dialog title={`Let someone decide for ${from.name}`} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) sign()
        }}
      >
        <p className="muted">
          Their decision counts as {from.name}’s: one vote between the two. It never covers what either of them made.
        </p>
        <PersonField
          people={others}
          value={to?.id ?? ''}
          onChoose={setChosen}
          label="Who decides"
          none="Nobody else is known in this workspace. Import their public key first."
        />
        <div className="field-row">
          <Field label="Until, that day included">
            {(ids) => <input {...ids} type="date" value={until} onChange={(event) => setUntil(event.target.value)} />}
          </Field>
          <Field label="Reason">
            {(ids) => (
              <input
                {...ids}
                type="text"
                value={reason}
                maxLength={2000}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
        </div>
        <KeptPassphraseField secret={secret} label={`Passphrase of ${from.name}’s key`} />
        {problem && <ProblemPanel problem={problem} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>Close without signing</Button>
          <Button kind="primary" type="submit" busy={busy} disabled={!ready}>
            {to && !to.local ? 'Sign and save the file' : 'Sign the delegation'}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
