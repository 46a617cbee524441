/** What is to be predicted: the target, the task and the positive class. */
import { useId } from 'react'
import type { DatasetPreview } from '../../../shared/contract/dataset.ts'
import { Field, Select } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { taskTitle, tasks } from '../../../shared/format/words.ts'
import type { Draft } from './import-draft.ts'
import { rolesOf, withRole } from './import-draft.ts'

const none = ''

export const ImportTask = ({
  draft,
  preview,
  onChange,
}: {
  readonly draft: Draft
  readonly preview: DatasetPreview
  readonly onChange: (draft: Draft) => void
}) => {
  const listId = useId()
  const target = Object.entries(rolesOf(draft, preview)).find(([, role]) => role === 'target')?.[0]
  const at = preview.columns.findIndex((column) => column.name === target)
  const values = at < 0 ? [] : [...new Set(preview.rows.flatMap((row) => row[at] ?? []))].slice(0, 20)
  const inferred = target === preview.suggestedTarget ? preview.suggestedTask : null
  const task = draft.task === 'inferred' ? inferred : draft.task
  return (
    <Section title="What is predicted">
      <div className="field-row">
        <Field label="Target">
          {(ids) => (
            <Select
              {...ids}
              value={target ?? none}
              onChoose={(name) => {
                if (name !== none) onChange(withRole(draft, preview, name, 'target'))
                else if (target !== undefined) onChange(withRole(draft, preview, target, 'feature'))
              }}
              choices={[
                { value: none, title: 'None' },
                ...preview.columns.map((column) => ({ value: column.name, title: column.name })),
              ]}
            />
          )}
        </Field>
        <Field label="Task">
          {(ids) => (
            <Select
              {...ids}
              value={draft.task}
              onChoose={(chosen) => onChange({ ...draft, task: chosen })}
              choices={[
                {
                  value: 'inferred' as const,
                  title: inferred === null ? 'Inferred' : `${taskTitle(inferred)} (inferred)`,
                },
                ...tasks.map((value) => ({ value, title: taskTitle(value) })),
              ]}
            />
          )}
        </Field>
        {(task === 'binary' || task === null) && (
          <Field label="Positive class" help="The class whose probability is scored. Left empty, it is chosen for you.">
            {(ids) => (
              <>
                <input
                  {...ids}
                  type="text"
                  list={listId}
                  value={draft.positive}
                  onChange={(event) => onChange({ ...draft, positive: event.target.value })}
                />
                <datalist id={listId}>
                  {values.map((value) => (
                    <option key={value} value={value} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
        )}
      </div>
    </Section>
  )
}
