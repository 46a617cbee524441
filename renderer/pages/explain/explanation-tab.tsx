/** Why the scores are what they are: over all rows, for one column, and for one row. */
import { useState } from 'react'
import type { Explanation } from '../../../shared/contract/explain.ts'
import { explanationSchema } from '../../../shared/contract/explain.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Facts } from '../../components/facts.tsx'
import { Field, Select } from '../../components/field.tsx'
import { UsedOfTotal } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { toProblem } from '../../engine/problem.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { formatDuration } from '../../../shared/format/time.ts'
import { pushToast } from '../../shell/toast-store.ts'
import { Analysis, useAnalysis, useSection } from '../runs/analysis.tsx'
import { ColumnDetail } from './column-detail.tsx'
import { ColumnsTable } from './columns-table.tsx'
import { ExplainForm } from './explain-form.tsx'
import { ImageTab } from './image-tab.tsx'
import { Friedman, Importance, Pairs } from './pairs-and-importance.tsx'
import { QualityPanel } from './quality-panel.tsx'
import { RowPanel } from './row-panel.tsx'
import { SurrogateTree } from './surrogate-tree.tsx'
import { gameTitle } from './words.ts'

const saveValues = async (run: Run): Promise<void> => {
  const file = await bridge().chooseSavePath({
    suggestedName: `${run.model} ${run.version} on ${run.dataset} attributions.csv`
      .replaceAll(/[\\/:*?"<>|]/g, '-')
      .slice(-200),
    kind: 'csv',
  })
  if (!file) return
  await ask((client) => client.explain.exportValues({ id: run.id, file: { token: file.token }, format: 'csv' }))
}

const Found = ({ run, explanation }: { readonly run: Run; readonly explanation: Explanation }) => {
  const { outputs, additivity, parity, sampling, reference } = explanation
  const [place, setPlace] = useState(0)
  const output = outputs[place] ?? outputs[0]!
  const [player, setPlayer] = useState(output.features[0]?.player ?? 0)
  const save = (): void => {
    saveValues(run).catch((error: unknown) => {
      const problem = toProblem(error)
      pushToast({ kind: 'error', title: problem.message, body: `${problem.remedy} ${problem.code}` })
    })
  }
  return (
    <>
      <div className="summary-head">
        <div>
          <h2>{explanation.methodTitle}</h2>
          <p className="muted">
            Attributions are given {explanation.spaceNote}. {gameTitle(explanation.game)}, from {reference.name}.
          </p>
        </div>
        <div>
          <h2>Rows explained</h2>
          <p className="summary-count">
            <UsedOfTotal used={explanation.rows.explained} total={explanation.rows.total} />
          </p>
          <Button kind="quiet" icon="export" onClick={save}>
            Save the attributions
          </Button>
        </div>
      </div>
      {outputs.length > 1 && (
        <Field label="Class">
          {(ids) => (
            <Select
              {...ids}
              value={String(place)}
              onChoose={(value) => setPlace(Number(value))}
              choices={outputs.map(({ name }, k) => ({ value: String(k), title: name }))}
            />
          )}
        </Field>
      )}
      <ColumnsTable explanation={explanation} output={output} chosen={player} onChoose={setPlayer} />
      <ColumnDetail explanation={explanation} output={output} player={player} />
      <RowPanel run={run} explanation={explanation} output={place} />
      <div className="two-columns">
        <Importance explanation={explanation} />
        <Pairs explanation={explanation} output={output} />
      </div>
      <Friedman explanation={explanation} />
      <QualityPanel explanation={explanation} />
      <SurrogateTree explanation={explanation} />
      <Section title="How far to trust it">
        <Facts
          facts={[
            [
              'Adds up',
              `Base and attributions miss no row's margin by more than ${additivity.largest.toExponential(1)}; the bound is ${additivity.bound.toExponential(1)}.`,
            ],
            [
              'Same model',
              parity
                ? `Scores from the graph as read differ from ONNX Runtime's by at most ${parity.largest.toExponential(1)}.`
                : 'The scores themselves are explained, as ONNX Runtime gives them.',
            ],
            ...(sampling
              ? [
                  [
                    'Sampling',
                    `${formatCount(sampling.evaluations)} rows scored; standard error ${sampling.meanError.toPrecision(2)} on average, ${sampling.largestError.toPrecision(2)} at most; ${sampling.rule}.`,
                  ] as const,
                ]
              : []),
            ['Reference', `${reference.name}, ${formatCount(reference.used)} of ${formatCount(reference.rows)} rows`],
            [
              'Time',
              `${formatDuration(explanation.elapsedMs)} on ${explanation.threads} threads, ${formatCount(explanation.rowsPerSecond)} rows per second`,
            ],
          ]}
        />
      </Section>
    </>
  )
}

export const ExplanationTab = ({ run, evidence }: { readonly run: Run; readonly evidence: Evidence }) => {
  const state = useAnalysis(run, 'explain')
  const explanation = useSection(evidence, 'explanation', explanationSchema)
  if (run.binding.inputs.some((input) => input.kind === 'image')) return <ImageTab run={run} evidence={evidence} />
  return (
    <Analysis
      state={state}
      found={explanation !== null}
      icon="models"
      title="This run is not explained yet"
      about="Every score is split among the columns that it was made from: exactly for trees and linear models, by sampling for any other."
      findings={explanation?.findings ?? []}
      form={
        <ExplainForm
          run={run}
          explanation={explanation}
          busy={state.busy}
          onStart={(request) => state.start((client) => client.explain.start({ id: run.id, ...request }))}
        />
      }
    >
      {explanation && <Found key={explanation.createdAt} run={run} explanation={explanation} />}
    </Analysis>
  )
}
