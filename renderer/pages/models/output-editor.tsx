/** What the outputs mean: task, score, label, transform, classes in score order, positive class. */
import { useState } from 'react'
import type { ModelVersion, OutputBinding } from '../../../shared/contract/model.ts'
import { Field, Select } from '../../components/field.tsx'
import { plural } from '../../../shared/format/number.ts'
import { taskTitle, tasks } from '../../../shared/format/words.ts'
import { givesOneNumber } from '../../../shared/contract/dataset.ts'

const none = ''
const transforms = [
  { value: 'none', title: 'None: they are probabilities or values' },
  { value: 'sigmoid', title: 'Sigmoid: they are logits of one class' },
  { value: 'softmax', title: 'Softmax: they are logits of all classes' },
] as const

const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

const Classes = ({
  output,
  onChange,
}: {
  readonly output: OutputBinding
  readonly onChange: (classes: string[]) => void
}) => {
  const [text, setText] = useState(() => output.classes.join('\n'))
  const [last, setLast] = useState(output.classes)
  if (output.classes !== last) {
    setLast(output.classes)
    if (linesOf(text).join('\n') !== output.classes.join('\n')) setText(output.classes.join('\n'))
  }
  return (
    <Field
      label="Classes, one a line, in the order of the scores"
      help={plural(output.classes.length, 'class', 'classes')}
    >
      {(ids) => (
        <textarea
          {...ids}
          rows={Math.min(10, Math.max(3, output.classes.length))}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            onChange(linesOf(event.target.value))
          }}
        />
      )}
    </Field>
  )
}

export const OutputEditor = ({
  output,
  version,
  onChange,
}: {
  readonly output: OutputBinding
  readonly version: ModelVersion
  readonly onChange: (output: OutputBinding) => void
}) => {
  const names = version.outputs.map((tensor) => tensor.name)
  const scores = output.score ?? []
  const toggle = (name: string, on: boolean): void => {
    const next = names.filter((other) => (other === name ? on : scores.includes(other)))
    onChange({ ...output, score: next.length > 0 ? next : null })
  }
  return (
    <div className="output-editor">
      <div className="field-row">
        <Field label="Task">
          {(ids) => (
            <Select
              {...ids}
              value={output.task}
              choices={tasks.map((value) => ({ value, title: taskTitle(value) }))}
              onChoose={(task) =>
                onChange({
                  ...output,
                  task,
                  classes: givesOneNumber(task) ? [] : output.classes,
                  positive: task === 'binary' ? (output.positive ?? output.classes[1] ?? null) : null,
                  label: givesOneNumber(task) ? null : output.label,
                })
              }
            />
          )}
        </Field>
        <Field label="Transform of the scores">
          {(ids) => (
            <Select
              {...ids}
              value={output.transform}
              choices={transforms}
              onChoose={(transform) => onChange({ ...output, transform })}
            />
          )}
        </Field>
        {!givesOneNumber(output.task) && (
          <Field label="Label output">
            {(ids) => (
              <Select
                {...ids}
                value={output.label ?? none}
                choices={[{ value: none, title: 'None' }, ...names.map((name) => ({ value: name, title: name }))]}
                onChoose={(label) => onChange({ ...output, label: label === none ? null : label })}
              />
            )}
          </Field>
        )}
        {output.task === 'binary' && (
          <Field label="Positive class">
            {(ids) => (
              <Select
                {...ids}
                value={output.positive ?? none}
                choices={[
                  { value: none, title: 'Not chosen' },
                  ...output.classes.map((name) => ({ value: name, title: name })),
                ]}
                onChoose={(positive) => onChange({ ...output, positive: positive === none ? null : positive })}
              />
            )}
          </Field>
        )}
      </div>
      <div className="field-row">
        <fieldset className="check-list">
          <legend>{givesOneNumber(output.task) ? 'Output with the predicted value' : 'Outputs with the scores'}</legend>
          {names.map((name) => (
            <label key={name} className="check">
              <input
                type="checkbox"
                checked={scores.includes(name)}
                onChange={(event) => toggle(name, event.target.checked)}
              />
              <code>{name}</code>
            </label>
          ))}
          {output.score === null && <p className="field-help">No scores: the model gives labels only.</p>}
        </fieldset>
        {!givesOneNumber(output.task) && (
          <Classes
            output={output}
            onChange={(classes) =>
              onChange({
                ...output,
                classes,
                positive:
                  output.positive !== null && classes.includes(output.positive)
                    ? output.positive
                    : (classes[1] ?? null),
              })
            }
          />
        )}
      </div>
    </div>
  )
}
