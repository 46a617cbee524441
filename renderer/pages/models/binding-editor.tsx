import { useState } from 'react'
import type { Dataset } from '../../../shared/contract/dataset.ts'
import type { AssayErrorData } from '../../../shared/contract/errors.ts'
import type { Binding, BoundSample, InputBinding, ModelVersion } from '../../../shared/contract/model.ts'
import { Button } from '../../components/button.tsx'
import { Findings } from '../../components/findings.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { ask } from '../../engine/client.ts'
import { setAnswer } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { pushToast } from '../../shell/toast-store.ts'
import { BatchFields } from './batch-fields.tsx'
import { InputEditor } from './input-editor.tsx'
import { OutputEditor } from './output-editor.tsx'
import { SampleTable } from './sample-table.tsx'

export const BindingEditor = ({
  version,
  dataset,
  start,
  startProblem,
  guess,
}: {
  readonly version: ModelVersion
  readonly dataset: Dataset
  readonly start: BoundSample
  readonly startProblem?: AssayErrorData
  readonly guess?: BoundSample
}) => {
  const [binding, setBinding] = useState<Binding>(start.binding)
  const [tried, setTried] = useState<BoundSample>(start)
  const trying = useAction()
  const saving = useAction()
  const ids = { versionId: version.id, datasetId: dataset.id }
  const setInput = (index: number, input: InputBinding): void =>
    setBinding({ ...binding, inputs: binding.inputs.map((before, at) => (at === index ? input : before)) })
  const tryIt = (): void =>
    void trying.run(async () => setTried(await ask((client) => client.models.tryBinding({ ...ids, binding }))))
  const save = (): void => {
    void saving.run(async () => {
      const after = await ask((client) => client.models.saveBinding({ ...ids, binding }))
      setAnswer(['models', 'get', version.id], after)
      pushToast({
        kind: 'good',
        title: 'Binding saved',
        body: `${version.name} ${version.version} uses it from the next run on.`,
      })
    })
  }
  const again = (): void => {
    if (!guess) return
    setBinding(guess.binding)
    setTried(guess)
  }
  return (
    <div className="binding">
      {startProblem && <ProblemPanel problem={startProblem} />}
      {tried.notes.length > 0 && (
        <Section title="Why it is bound like this">
          <ul className="plain-list">
            {tried.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Section>
      )}
      {tried.findings.length > 0 && <Findings findings={tried.findings} />}
      <Section title="Inputs">
        {binding.inputs.map((input, index) => (
          <InputEditor
            key={input.input}
            input={input}
            tensor={version.inputs.find((tensor) => tensor.name === input.input)}
            dataset={dataset}
            onChange={(next) => setInput(index, next)}
          />
        ))}
      </Section>
      <Section title="Outputs">
        <OutputEditor
          output={binding.output}
          version={version}
          onChange={(output) => setBinding({ ...binding, output })}
        />
        <BatchFields binding={binding} onChange={setBinding} />
      </Section>
      {trying.problem && <ProblemPanel problem={trying.problem} />}
      {saving.problem && <ProblemPanel problem={saving.problem} />}
      <div className="button-row">
        <Button busy={trying.busy} onClick={tryIt}>
          Try on ten rows
        </Button>
        {guess && <Button onClick={again}>Guess again</Button>}
        <Button kind="primary" busy={saving.busy} onClick={save}>
          Save the binding
        </Button>
      </div>
      <SampleTable sample={tried.sample} />
    </div>
  )
}
