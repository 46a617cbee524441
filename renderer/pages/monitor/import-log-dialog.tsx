/** Which field of a log holds what: guessed, shown, and changed where the guess is wrong. */
import { useState } from 'react'
import type { GrantedFile } from '../../../shared/contract/bridge.ts'
import type { LogFields, LogMapping, WatchedVersion } from '../../../shared/contract/monitor.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field, Select } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered } from '../../components/states.tsx'
import { finishJob } from '../../engine/finish-job.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'

const uses = [
  ['time', 'Time'],
  ['id', 'Id of the row'],
  ['prediction', 'Prediction'],
  ['actual', 'True value'],
  ['latency', 'Latency in ms'],
  ['error', 'Error'],
  ['sample', 'Fraction logged'],
] as const
type Use = (typeof uses)[number][0]

const Mapping = ({
  fields,
  mapping,
  onChange,
}: {
  readonly fields: LogFields
  readonly mapping: LogMapping
  readonly onChange: (mapping: LogMapping) => void
}) => {
  const choices = [
    { value: '', title: 'Not in the log' },
    ...fields.fields.map((field) => ({ value: field, title: field })),
  ]
  const set = (use: Use, field: string): void => {
    const { [use]: _, ...others } = mapping
    onChange(field === '' ? others : { ...others, [use]: field })
  }
  const found = Object.keys(mapping.features ?? {}).length
  return (
    <>
      <p className="muted">
        {formatCount(found)} of the model’s columns are found by their names
        {mapping.scores ? `, and the scores of ${Object.keys(mapping.scores).join(', ')}` : ''}.
      </p>
      <div className="monitor-fields">
        {uses.map(([use, title]) => (
          <Field key={use} label={title}>
            {(ids) => (
              <Select {...ids} value={mapping[use] ?? ''} choices={choices} onChoose={(field) => set(use, field)} />
            )}
          </Field>
        ))}
      </div>
    </>
  )
}

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
  const [mapping, setMapping] = useState<LogMapping>(fields.mapping)
  const { busy, problem, run } = useAction()
  const take = (): void => {
    void run(async () => {
      const done = await finishJob((client) =>
        client.monitor.import({
          file: { token: file.token },
          ...(fields.own ? {} : { versionId: version.versionId, mapping }),
        }),
      )
      if (done !== null) onClose()
    })
  }
  return (
    <>
      {fields.own ? (
        <p className="dialog-text">
          The prediction log of Assay’s own server: it says itself which version, row and scores each line is of.
        </p>
      ) : (
        <Mapping fields={fields} mapping={mapping} onChange={setMapping} />
      )}
      {problem && <ProblemPanel problem={problem} />}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" busy={busy} onClick={take}>
          Import the log
        </Button>
      </footer>
    </>
  )
}

export const ImportLogDialog = ({
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
    <Dialog title={`Import ${file.name}`} onClose={onClose}>
      <Answered answer={answer} label="Reading the first lines" rows={4}>
        {(fields) => <Form file={file} version={version} fields={fields} onClose={onClose} />}
      </Answered>
    </Dialog>
  )
}
