/** Which field of a log holds what: guessed, shown, and changed where the guess is wrong. */
import { useState } from 'react'
import type { LogFields, LogMapping } from '../../../shared/contract/monitor-log.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { Field, Select } from '../../components/field.tsx'
import { FieldsDialog, TakeIn } from './fields-dialog.tsx'
import type { ImportProps } from './fields-dialog.tsx'

const uses = [
  ['time', 'Time'],
  ['id', 'Id of the row'],
  ['row', 'Place in the request'],
  ['query', 'Query'],
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
  const labels = Object.keys(mapping.actuals ?? {})
  return (
    <>
      <p className="muted">
        {formatCount(found)} of the model’s columns are found by their names
        {mapping.scores ? `, and the scores of ${Object.keys(mapping.scores).join(', ')}` : ''}
        {labels.length > 0 ? `, and the true values of ${labels.join(', ')}` : ''}.
      </p>
      <div className="monitor-fields">
        {uses
          .filter(([use]) => use !== 'query' || fields.task === 'ranking')
          .map(([use, title]) => (
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

const Form = ({ file, version, fields, onClose }: ImportProps & { readonly fields: LogFields }) => {
  const [mapping, setMapping] = useState<LogMapping>(fields.mapping)
  return (
    <>
      {fields.own ? (
        <p className="dialog-text">
          The prediction log of Assay’s own server: it says itself which version, row and scores each line is of.
        </p>
      ) : (
        <Mapping fields={fields} mapping={mapping} onChange={setMapping} />
      )}
      <TakeIn
        onClose={onClose}
        start={(client) =>
          client.monitor.import({
            file: { token: file.token },
            ...(fields.own ? {} : { versionId: version.versionId, mapping }),
          })
        }
      >
        Import the log
      </TakeIn>
    </>
  )
}

export const ImportLogDialog = (props: ImportProps) => (
  <FieldsDialog {...props} title={`Import ${props.file.name}`}>
    {(fields) => <Form {...props} fields={fields} />}
  </FieldsDialog>
)
