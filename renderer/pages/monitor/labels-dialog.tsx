/** Which field of a file holds the id and which the label; left alone, both are found by their names. */
import { useState } from 'react'
import type { LogFields } from '../../../shared/contract/monitor-log.ts'
import { Field, Select } from '../../components/field.tsx'
import { FieldsDialog, TakeIn } from './fields-dialog.tsx'
import type { ImportProps } from './fields-dialog.tsx'

const Form = ({ file, version, fields, onClose }: ImportProps & { readonly fields: LogFields }) => {
  const { mapping } = fields
  const [id, setId] = useState(mapping.id ?? '')
  const [label, setLabel] = useState(mapping.actual ?? '')
  const [row, setRow] = useState(mapping.row ?? '')
  const { actuals } = mapping
  const choices = (none: string) => [
    { value: '', title: none },
    ...fields.fields.map((field) => ({ value: field, title: field })),
  ]
  return (
    <>
      {actuals && <p className="muted">The labels {Object.keys(actuals).join(', ')} are found by their names.</p>}
      <div className="monitor-fields">
        <Field label="Id" help="Of the row, or of its request">
          {(ids) => <Select {...ids} value={id} choices={choices('Choose a field')} onChoose={setId} />}
        </Field>
        {!actuals && (
          <Field
            label={fields.task === 'multilabel' ? 'Labels' : 'Label'}
            {...(fields.task === 'multilabel' ? { help: 'A list of those that the row has' } : {})}
          >
            {(ids) => <Select {...ids} value={label} choices={choices('Choose a field')} onChoose={setLabel} />}
          </Field>
        )}
        <Field label="Place in the request" help="From 0, where a request had many rows">
          {(ids) => <Select {...ids} value={row} choices={choices('One row each')} onChoose={setRow} />}
        </Field>
      </div>
      <TakeIn
        onClose={onClose}
        disabled={id === '' || (!actuals && label === '')}
        start={(client) =>
          client.monitor.importLabels({
            file: { token: file.token },
            versionId: version.versionId,
            id,
            ...(actuals ? { labels: actuals } : { label }),
            ...(row === '' ? {} : { row }),
          })
        }
      >
        Import the labels
      </TakeIn>
    </>
  )
}

export const LabelsDialog = (props: ImportProps) => (
  <FieldsDialog {...props} title={`Import labels from ${props.file.name}`}>
    {(fields) => <Form {...props} fields={fields} />}
  </FieldsDialog>
)
