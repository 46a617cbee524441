/** Name, task and positive class of a dataset; saved as they change. */
import type { Dataset } from '../../../shared/contract/dataset.ts'
import { Field, Select } from '../../components/field.tsx'
import { taskTitle, tasks } from '../../../shared/format/words.ts'
import type { DatasetChange } from './use-update.ts'

const none = 'none'

export const TaskFields = ({
  dataset,
  onChange,
}: {
  readonly dataset: Dataset
  readonly onChange: (change: DatasetChange) => void
}) => {
  const target = dataset.columns.find((column) => column.role === 'target')
  const classes = target?.top.map((entry) => entry.value) ?? []
  const offered =
    dataset.positive === null || classes.includes(dataset.positive) ? classes : [dataset.positive, ...classes]
  return (
    <div className="field-row">
      <Field label="Name">
        {(ids) => (
          <input
            {...ids}
            type="text"
            key={dataset.name}
            defaultValue={dataset.name}
            maxLength={200}
            onBlur={(event) => {
              const name = event.target.value.trim()
              if (name !== '' && name !== dataset.name) onChange({ name })
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.currentTarget.blur()
            }}
          />
        )}
      </Field>
      <Field
        label="Task"
        help={target ? `Target: ${target.name}` : 'No target: runs can be scored, and not evaluated.'}
      >
        {(ids) => (
          <Select
            {...ids}
            value={dataset.task ?? none}
            onChoose={(task) => onChange({ task: task === none ? null : task })}
            choices={[
              { value: none, title: 'None' } as const,
              ...tasks.map((value) => ({ value, title: taskTitle(value) })),
            ]}
          />
        )}
      </Field>
      {dataset.task === 'binary' && (
        <Field label="Positive class">
          {(ids) => (
            <Select
              {...ids}
              value={dataset.positive ?? ''}
              onChoose={(positive) => onChange({ positive: positive === '' ? null : positive })}
              choices={[{ value: '', title: 'Not chosen' }, ...offered.map((value) => ({ value, title: value }))]}
            />
          )}
        </Field>
      )}
    </div>
  )
}
