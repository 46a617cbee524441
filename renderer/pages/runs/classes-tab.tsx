/** How each class fares: a table of all, and the curves of one. */
import { useMemo, useState } from 'react'
import type { ClassEvidence, MulticlassEvidence, MultilabelEvidence } from '../../../shared/contract/evidence.ts'
import type { Evidence } from '../../../shared/contract/run.ts'
import { Field, Select } from '../../components/field.tsx'
import { MetricText } from '../../components/interval.tsx'
import { useLongList } from '../../components/long-list.tsx'
import { Section } from '../../components/page.tsx'
import { calibrationSpec } from '../../charts/calibration.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { ConfusionMatrix } from '../../charts/confusion-matrix.tsx'
import { rocSpec } from '../../charts/roc.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { MetricName } from './metric-name.tsx'
import { MostConfused } from './most-confused.tsx'

/** A confusion matrix of more classes is not taken in at a glance. */
const glance = 6

const ClassTable = ({
  classes,
  first,
  evidence,
}: {
  readonly first: string
  readonly classes: readonly ClassEvidence[]
  readonly evidence: Evidence
}) => {
  const names = [...new Set(classes.flatMap((entry) => Object.keys(entry.metrics)))]
  const one = first.toLowerCase()
  const { shown, filter, more } = useLongList(classes, ({ label }) => label, {
    label: `Filter by ${one}`,
    placeholder: first,
    one,
  })
  return (
    <>
      {filter}
      <div className="table-scroll" role="group" aria-label="Classes" tabIndex={0}>
        <table className="table table-wide">
          <thead>
            <tr>
              <th scope="col">{first}</th>
              <th scope="col" className="number">
                Rows
              </th>
              <th scope="col" className="number">
                Predicted
              </th>
              {names.map((name) => (
                <th key={name} scope="col" className="number">
                  <MetricName name={name} definition={evidence.definitions[name]} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((entry) => (
              <tr key={entry.label}>
                <th scope="row">{entry.label}</th>
                <td className="number">{formatCount(entry.support)}</td>
                <td className="number">{formatCount(entry.predicted)}</td>
                {names.map((name) => {
                  const metric = entry.metrics[name]
                  return (
                    <td key={name} className="number">
                      {metric ? <MetricText metric={metric} /> : '—'}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more && <div className="more">{more}</div>}
    </>
  )
}

const OneClass = ({ entry }: { readonly entry: ClassEvidence }) => {
  const specs = useMemo(
    () => [
      ...(entry.roc ? [rocSpec(entry.roc, entry.metrics['roc_auc'], entry.label)] : []),
      ...(entry.calibration
        ? [
            calibrationSpec(
              entry.calibration,
              'Calibration',
              `Predicted probability of “${entry.label}” against how often it is.`,
            ),
          ]
        : []),
    ],
    [entry],
  )
  if (specs.length === 0)
    return (
      <p className="muted">
        There are no curves for this class: the model gives labels only, or names so many classes that only the most
        frequent have them.
      </p>
    )
  return (
    <div className="charts">
      {specs.map((spec) => (
        <ChartFrame key={spec.title} spec={spec} />
      ))}
    </div>
  )
}

export const ClassesTab = ({
  detail,
  evidence,
}: {
  readonly detail: MulticlassEvidence | MultilabelEvidence
  readonly evidence: Evidence
}) => {
  const [label, setLabel] = useState(detail.classes[0]?.label ?? '')
  const entry = detail.classes.find((one) => one.label === label)
  const many = detail.kind === 'multilabel'
  return (
    <>
      <Section
        title={many ? 'Labels' : 'Classes'}
        note={
          many
            ? `${formatCount(detail.classes.length)} labels, each on the rows with it against those without, given at the threshold ${String(detail.threshold)}, with 95 % intervals`
            : `${formatCount(detail.classes.length)} classes, each against the rest, with 95 % intervals`
        }
      >
        <ClassTable classes={detail.classes} first={many ? 'Label' : 'Class'} evidence={evidence} />
      </Section>
      {detail.kind === 'multiclass' && (
        <ConfusionMatrix
          confusion={detail.confusion}
          note="The predicted class is the most probable one. Shaded by the share of each row."
        />
      )}
      {detail.kind === 'multiclass' && detail.confusion.labels.length > glance && (
        <MostConfused confusion={detail.confusion} />
      )}
      <Section title={many ? 'One label' : 'One class against the rest'}>
        <Field label={many ? 'Label' : 'Class'}>
          {(ids) => (
            <Select
              {...ids}
              value={label}
              onChoose={setLabel}
              choices={detail.classes.map((one) => ({ value: one.label, title: one.label }))}
            />
          )}
        </Field>
        {entry && <OneClass entry={entry} />}
      </Section>
    </>
  )
}
