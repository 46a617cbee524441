/** Makes a threshold the version's own: from then on its evaluations use it, and the audit log says why. */
import { useState } from 'react'
import type { Run } from '../../../shared/contract/run.ts'
import { formatShort } from '../../../shared/format/number.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { evaluateRun } from '../../engine/scoring.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatTime } from '../../../shared/format/time.ts'

export const ChooseThreshold = ({
  run,
  choices,
}: {
  readonly run: Run
  readonly choices: readonly { readonly title: string; readonly threshold: number }[]
}) => {
  const [at, setAt] = useState('0')
  const [reason, setReason] = useState('')
  const { busy, problem, run: act } = useAction()
  const chosen = useQuery(['models', 'threshold', run.versionId], (client) =>
    client.decisions.chosen({ versionId: run.versionId }),
  )
  const choice = choices[Number(at)] ?? choices[0]
  const choose = (): void => {
    if (!choice) return
    void act(async () => {
      await ask((client) =>
        client.decisions.choose({
          versionId: run.versionId,
          threshold: choice.threshold,
          reason: reason.trim(),
          runId: run.id,
        }),
      )
      setReason('')
      await evaluateRun(run.id)
    })
  }
  return (
    <>
      <form
        className="choose-threshold"
        aria-label="Choose the version’s threshold"
        onSubmit={(event) => {
          event.preventDefault()
          choose()
        }}
      >
        <Field label={`Threshold of ${run.model} ${run.version}`}>
          {(ids) => (
            <Select
              {...ids}
              value={at}
              onChoose={setAt}
              choices={choices.map(({ title }, index) => ({ value: String(index), title }))}
            />
          )}
        </Field>
        <Field label="Why this one">
          {(ids) => (
            <input
              {...ids}
              type="text"
              maxLength={500}
              placeholder="For the audit log"
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" busy={busy} disabled={reason.trim() === '' || !choice}>
          Make it the version’s own and evaluate
        </Button>
      </form>
      <p className="muted" data-testid="chosen-threshold">
        {chosen.data
          ? `Now ${formatShort(chosen.data.threshold)}, chosen by ${chosen.data.chosenBy} on ${formatTime(chosen.data.chosenAt)}: ${chosen.data.reason}`
          : 'No threshold was chosen for this version yet; its evaluations use 0.5.'}{' '}
        Evaluating begins a new evidence document: calibration, slices and the like are made anew.
      </p>
      {problem && <ProblemPanel problem={problem} />}
    </>
  )
}
