/** A threshold for each group, judged on rows that it was not fitted to, with its price. */
import { useState } from 'react'
import type { FairnessAttribute, Mitigation } from '../../../shared/contract/fairness.ts'
import { mitigationCaution, mitigationTitle } from '../../../shared/fairness/definitions.ts'
import { Field, Select } from '../../components/field.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { formatCount, formatFixed, plural } from '../../../shared/format/number.ts'

const threshold = (value: number | null): string => (value === null ? 'none is selected' : formatFixed(value, 3))

const Price = ({ entry }: { readonly entry: Mitigation }) => (
  <div className="table-scroll" role="group" aria-label="Price of the thresholds" tabIndex={0}>
    <table className="table">
      <thead>
        <tr>
          <th scope="col">On {plural(entry.rowsJudged, 'row')}</th>
          <th scope="col" className="number">
            Today
          </th>
          <th scope="col" className="number">
            With these thresholds
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">Gap between groups</th>
          <td className="number">
            <MetricText metric={entry.gapBefore} />
          </td>
          <td className="number">
            <MetricText metric={entry.gapAfter} />
          </td>
        </tr>
        <tr>
          <th scope="row">Accuracy</th>
          <td className="number">
            <MetricText metric={entry.accuracyBefore} />
          </td>
          <td className="number">
            <MetricText metric={entry.accuracyAfter} />
          </td>
        </tr>
        <tr>
          <th scope="row">Change of accuracy, same rows</th>
          <td />
          <td className="number">
            <MetricText metric={entry.accuracyChange} />
          </td>
        </tr>
        <tr>
          <th scope="row">Selection rate</th>
          <td className="number">
            <MetricText metric={entry.selectionBefore} />
          </td>
          <td className="number">
            <MetricText metric={entry.selectionAfter} />
          </td>
        </tr>
      </tbody>
    </table>
  </div>
)

const Groups = ({ entry }: { readonly entry: Mitigation }) => (
  <div className="table-scroll" role="group" aria-label="Thresholds by group" tabIndex={0}>
    <table className="table" data-testid="mitigation">
      <thead>
        <tr>
          <th scope="col">Group</th>
          <th scope="col" className="number">
            Threshold
          </th>
          <th scope="col" className="number">
            Selection rate
          </th>
          <th scope="col" className="number">
            True positive rate
          </th>
          <th scope="col" className="number">
            Accuracy
          </th>
          <th scope="col" className="number">
            Newly selected
          </th>
          <th scope="col" className="number">
            No longer
          </th>
        </tr>
      </thead>
      <tbody>
        {entry.groups.map((group) => (
          <tr key={group.label}>
            <th scope="row">{group.label}</th>
            <td className="number">
              {threshold(group.thresholdBefore)} → {threshold(group.thresholdAfter)}
            </td>
            <td className="number">
              <MetricText metric={group.selectionAfter} />
            </td>
            <td className="number">
              <MetricText metric={group.tprAfter} />
            </td>
            <td className="number">
              <MetricText metric={group.accuracyAfter} />
            </td>
            <td className="number">{formatCount(group.newlySelected)}</td>
            <td className="number">{formatCount(group.noLongerSelected)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

export const MitigationTable = ({
  mitigation,
  attribute,
}: {
  readonly mitigation: readonly Mitigation[]
  readonly attribute: FairnessAttribute
}) => {
  const [title, setTitle] = useState('')
  const entry = mitigation.find((one) => mitigationTitle(one) === title) ?? mitigation[0]
  if (!entry) return null
  return (
    <Section
      title="Thresholds that make groups alike"
      note={`Fitted on ${plural(entry.rowsFitted, 'row')}, judged on the other ${plural(entry.rowsJudged, 'row')}`}
    >
      <div className="stack">
        <p className="muted">{mitigationCaution}</p>
        <Field label={`Make equal over ${attribute.name}`}>
          {(ids) => (
            <Select
              {...ids}
              value={mitigationTitle(entry)}
              onChoose={setTitle}
              choices={mitigation.map((one) => ({ value: mitigationTitle(one), title: mitigationTitle(one) }))}
            />
          )}
        </Field>
        <Price entry={entry} />
        <Groups entry={entry} />
      </div>
    </Section>
  )
}
