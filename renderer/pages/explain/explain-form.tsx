/** Which method, against what, and how much. */
import { useState } from 'react'
import type { Explanation, ExplainRequest } from '../../../shared/contract/explain.ts'
import type { DatasetId } from '../../../shared/contract/ids.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import type { Choice } from '../../components/field.tsx'
import { Field, Select } from '../../components/field.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { typedNumber } from '../../components/typed-number.ts'
import { useQuery } from '../../engine/query.ts'
import { plural } from '../../../shared/format/number.ts'

const methods: readonly Choice<ExplainRequest['method']>[] = [
  { value: 'auto', title: 'Exact where the graph allows it' },
  { value: 'tree', title: 'Trees, exact' },
  { value: 'linear', title: 'Linear, exact' },
  { value: 'exact', title: 'Every coalition (up to 15 columns)' },
  { value: 'permutation', title: 'Permutation sampling' },
  { value: 'kernel', title: 'Kernel sampling' },
]
const games: readonly Choice<ExplainRequest['game']>[] = [
  { value: 'path-dependent', title: 'Shares of rows at each node' },
  { value: 'interventional', title: 'Values of background rows' },
]

const rowsRule = { least: 1, most: 1_000_000, whole: true }

export const ExplainForm = ({
  run,
  explanation,
  busy,
  onStart,
}: {
  readonly run: Run
  readonly explanation: Explanation | null
  readonly busy: boolean
  readonly onStart: (request: Partial<ExplainRequest>) => void
}) => {
  const [method, setMethod] = useState<ExplainRequest['method']>('auto')
  const [game, setGame] = useState<ExplainRequest['game']>(explanation?.game ?? 'path-dependent')
  const [background, setBackground] = useState<string>('')
  const datasets = useQuery(['datasets', 'list'], (client) => client.datasets.list()).data ?? []
  const [rowsText, setRowsText] = useState('')
  const [effects, setEffects] = useState(true)
  const rows = typedNumber(rowsText, rowsRule)
  const hasGame = method === 'auto' || method === 'tree'
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onStart({
          method,
          game,
          background: background === '' ? null : (background as DatasetId),
          effects,
          rows: method === 'tree' || method === 'linear' ? null : (rows ?? null),
        })
      }}
    >
      <div className="field-row field-row-wide">
        <Field label="Method" help="Sampling works for any model and gives standard errors.">
          {(ids) => <Select {...ids} value={method} onChoose={setMethod} choices={methods} />}
        </Field>
        {hasGame && (
          <Field label="An absent column is" help="For trees.">
            {(ids) => <Select {...ids} value={game} onChoose={setGame} choices={games} />}
          </Field>
        )}
        <Field label="Reference rows" help="The training data, best.">
          {(ids) => (
            <Select
              {...ids}
              value={background}
              onChoose={setBackground}
              choices={[
                { value: '', title: `${run.dataset} (this run)` },
                ...datasets
                  .filter((dataset) => dataset.id !== run.datasetId)
                  .map((dataset) => ({ value: dataset.id as string, title: dataset.name })),
              ]}
            />
          )}
        </Field>
        {method !== 'tree' && method !== 'linear' && (
          <NumberField
            label="Rows to sample"
            help="Of the sampled methods, evenly spaced; the exact ones explain all rows."
            rule={rowsRule}
            text={rowsText}
            placeholder={method === 'exact' ? '20' : '200'}
            onChange={setRowsText}
          />
        )}
      </div>
      <label className="check">
        <input type="checkbox" checked={effects} onChange={(event) => setEffects(event.target.checked)} />
        <span>Importance, effects, interactions and tests of the attributions, which score the model many times</span>
      </label>
      <div>
        <Button kind={explanation ? 'plain' : 'primary'} type="submit" busy={busy} disabled={rows === null}>
          Explain {plural(run.rows, 'row')}
        </Button>
      </div>
    </form>
  )
}
