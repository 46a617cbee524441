/** What forms groups, what counts as selected, and how small a group may be. */
import { useId, useState } from 'react'
import type { FairnessOptions, FairnessSection } from '../../../shared/contract/fairness.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { CheckList } from '../../components/check-list.tsx'
import { Field, Select } from '../../components/field.tsx'
import { LeastRows } from '../../components/least-rows.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { typedNumber } from '../../components/typed-number.ts'
import { useQuery } from '../../engine/query.ts'
import { plural } from '../../../shared/format/number.ts'
import { ReferenceGroups } from './reference-groups.tsx'

const none = ''
const gapRule = { least: 0, most: 1 }

/** Groups of single columns that were held against others than the largest. */
const chosenBefore = (section: FairnessSection | null): ReadonlyMap<string, string> =>
  new Map(
    (section?.attributes ?? []).flatMap(({ columns: [name, ...others], groups, reference }) => {
      const largest = groups.reduce((best, group) => (group.n > best.n ? group : best))
      return name !== undefined && others.length === 0 && largest.label !== reference
        ? [[name, reference] as const]
        : []
    }),
  )

export const FairnessForm = ({
  evidence,
  section,
  busy,
  onStart,
}: {
  readonly evidence: Evidence
  readonly section: FairnessSection | null
  readonly busy: boolean
  readonly onStart: (options: FairnessOptions) => void
}) => {
  const columns = evidence.dataset.columns.filter(
    (column) => column.type !== 'image' && column.role !== 'id' && column.role !== 'target',
  )
  const used = section?.attributes.flatMap((attribute) => attribute.columns) ?? []
  const [by, setBy] = useState<readonly string[]>(() =>
    used.length > 0 ? [...new Set(used)] : columns.filter((column) => column.protected).map((column) => column.name),
  )
  const [intersections, setIntersections] = useState(true)
  const [minimum, setMinimum] = useState(String(section?.minimumGroup ?? 30))
  const [strata, setStrata] = useState(section?.strata ?? none)
  const { classes } = evidence.model.binding.output
  const [selected, setSelected] = useState(section?.selected ?? none)
  const [reference, setReference] = useState(() => chosenBefore(section))
  const [gap, setGap] = useState('')
  const datasetId = evidence.dataset.id
  const dataset = useQuery(['datasets', 'get', datasetId], (client) => client.datasets.get({ id: datasetId }))
  const minimumGroup = Number(minimum)
  const largestGap = typedNumber(gap, gapRule)
  const valid = by.length > 0 && Number.isInteger(minimumGroup) && minimumGroup >= 5 && largestGap !== null
  const id = useId()
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onStart({
          by: [...by],
          intersections,
          minimumGroup,
          reference: Object.fromEntries([...reference].filter(([name]) => by.includes(name))),
          ...(largestGap === undefined || largestGap === null ? {} : { largestGap }),
          ...(strata === none ? {} : { strata }),
          ...(selected === none ? {} : { selected }),
        })
      }}
    >
      <div className="field-row">
        <CheckList
          legend="Group by"
          one="column"
          choices={columns.map((column) => ({
            value: column.name,
            title: column.protected ? `${column.name} (protected)` : column.name,
          }))}
          chosen={by}
          onChange={setBy}
        />
        <div className="stack">
          <label className="check">
            <input
              type="checkbox"
              checked={intersections}
              onChange={(event) => setIntersections(event.target.checked)}
            />
            <span>Cross every pair of columns</span>
          </label>
          <LeastRows
            of="group"
            least={5}
            help="Smaller groups are not shown; 5 or more."
            value={minimum}
            onChange={setMinimum}
          />
        </div>
        <div className="stack">
          {classes.length > 0 && (
            <Field label="Selected means">
              {(ids) => (
                <Select
                  {...ids}
                  value={selected}
                  onChoose={setSelected}
                  choices={[
                    {
                      value: none,
                      title: evidence.task === 'binary' ? 'The positive class' : 'The most frequent decision',
                    },
                    ...classes.map((name) => ({ value: name, title: name })),
                  ]}
                />
              )}
            </Field>
          )}
          {classes.length > 0 && (
            <Field label="Compare within" help="For conditional demographic disparity (CDDPL).">
              {(ids) => (
                <Select
                  {...ids}
                  value={strata}
                  onChoose={setStrata}
                  choices={[
                    { value: none, title: 'No column' },
                    ...columns.map((column) => ({ value: column.name, title: column.name })),
                  ]}
                />
              )}
            </Field>
          )}
          {evidence.task === 'binary' && evidence.model.binding.output.score !== null && (
            <NumberField
              label="Gap that one threshold may leave"
              help="Between groups, in the rate that thresholds make alike."
              rule={gapRule}
              text={gap}
              placeholder="0.05"
              onChange={setGap}
            />
          )}
        </div>
      </div>
      <ReferenceGroups
        by={by}
        columns={dataset.data?.columns ?? []}
        section={section}
        reference={reference}
        onChange={setReference}
      />
      <div>
        <Button
          kind={section ? 'plain' : 'primary'}
          type="submit"
          busy={busy}
          disabled={!valid}
          aria-describedby={valid ? undefined : id}
        >
          Compare groups of {plural(evidence.rows.used, 'row')}
        </Button>
        {!valid && (
          <p className="field-help" id={id}>
            Choose at least one column, a whole number of 5 rows or more, and a gap from 0 to 1.
          </p>
        )}
      </div>
    </form>
  )
}
