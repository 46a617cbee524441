/** Which field of a file holds the id and which the label; left alone, both are found by their names. */
import { useState } from 'react'
import type { GrantedFile } from '../../../shared/contract/bridge.ts'
import type { LogFields, WatchedVersion } from '../../../shared/contract/monitor.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field, Select } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered } from '../../components/states.tsx'
import { finishJob } from '../../engine/finish-job.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'

const Form = ({
  file,
  version,
  fields,
  onClose,
}: {
  readonly file: GrantedFile
  readonly version: WatchedVersion
  readonly fields: LogFields
  readonly onClose: () => void
}) => {
  const { mapping } = fields
  const [id, setId] = useState(mapping.id ?? '')
  const [label, setLabel] = useState(mapping.actual ?? '')
  const [row, setRow] = useState(mapping.id === 'request' && fields.fields.includes('row') ? 'row' : '')
  const { busy, problem, run } = useAction()
  const choices = (none: string) => [
    { value: '', title: none },
    ...fields.fields.map((field) => ({ value: field, title: field })),
  ]
  const take = (): void => {
    void run(async () => {
      const done = await finishJob((client) =>
        client.monitor.importLabels({
          file: { token: file.token },
          versionId: version.versionId,
          id,
          label,
          ...(row === '' ? {} : { row }),
        }),
      )
      if (done !== null) onClose()
    })
  }
  return (
    <>
      <div className="monitor-fields">
        <Field label="Id" help="Of the row, or of its request">
          {(ids) => <Select {...ids} value={id} choices={choices('Choose a field')} onChoose={setId} />}
        </Field>
        <Field label="Label">
          {(ids) => <Select {...ids} value={label} choices={choices('Choose a field')} onChoose={setLabel} />}
        </Field>
        <Field label="Place in the request" help="From 0, where a request had many rows">
          {(ids) => <Select {...ids} value={row} choices={choices('One row each')} onChoose={setRow} />}
        </Field>
      </div>
      {problem && <ProblemPanel problem={problem} />}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" busy={busy} onClick={take} disabled={id === '' || label === ''}>
          Import the labels
        </Button>
      </footer>
    </>
  )
}

export const LabelsDialog = ({
  file,
  version,
  onClose,
}: {
  readonly file: GrantedFile
  readonly version: WatchedVersion
  readonly onClose: () => void
}) => {
  const answer = useQuery(['monitor', 'fields', file.token, version.versionId], (client) =>
    client.monitor.fields({ file: { token: file.token }, versionId: version.versionId }),
  )
  return (
    <Dialog title={`Import labels from ${file.name}`} onClose={onClose}>
      <Answered answer={answer} label="Reading the first lines" rows={4}>
        {(fields) => <Form file={file} version={version} fields={fields} onClose={onClose} />}
      </Answered>
    </Dialog>
  )
}
