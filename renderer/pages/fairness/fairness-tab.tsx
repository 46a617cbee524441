/** Fairness of a run: how far groups are apart, what each question asks, and what thresholds by group would cost. */
import { useMemo, useState } from 'react'
import type { FairnessAttribute, FairnessSection } from '../../../shared/contract/fairness.ts'
import { fairnessSectionSchema } from '../../../shared/contract/fairness.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { Field, Select } from '../../components/field.tsx'
import { UsedOfTotal } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { byGroupSpec } from '../../charts/by-group.ts'
import { calibrationByGroupSpec } from '../../charts/calibration-by-group.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { groupMetricDefinitions } from '../../../shared/fairness/definitions.ts'
import { plural } from '../../../shared/format/number.ts'
import { Analysis, useAnalysis, useSection } from '../runs/analysis.tsx'
import { ComparisonTable } from './comparison-table.tsx'
import { FairnessForm } from './fairness-form.tsx'
import { GroupsTable } from './groups-table.tsx'
import { MitigationTable } from './mitigation-table.tsx'
import { ParityTable } from './parity-table.tsx'

const charted = ['selection_rate', 'tpr', 'fpr', 'accuracy', 'mean_residual', 'mae'] as const

const Charts = ({ attribute }: { readonly attribute: FairnessAttribute }) => {
  const specs = useMemo(() => {
    const names = charted.filter((name) => attribute.groups.some((group) => group.metrics[name]))
    const calibration = calibrationByGroupSpec(attribute.groups)
    return [
      ...names.map((name) => {
        const definition = groupMetricDefinitions[name]
        return byGroupSpec(
          attribute.groups.flatMap(({ label, metrics }) => (metrics[name] ? [{ label, metric: metrics[name] }] : [])),
          {
            title: `${definition?.title ?? name} by ${attribute.name}`,
            note: definition?.definition ?? '',
            y: definition?.title ?? name,
          },
        )
      }),
      ...(calibration ? [calibration] : []),
    ]
  }, [attribute])
  return (
    <div className="charts">
      {specs.map((spec) => (
        <ChartFrame key={spec.title} spec={spec} />
      ))}
    </div>
  )
}

const Found = ({ section }: { readonly section: FairnessSection }) => {
  const [name, setName] = useState(section.attributes[0]?.name ?? '')
  const attribute = section.attributes.find((entry) => entry.name === name) ?? section.attributes[0]
  if (!attribute) return <p>No column has two groups that are large enough to compare.</p>
  return (
    <>
      <Field
        label="Groups by"
        help={
          <>
            <UsedOfTotal used={section.rows.used} total={section.rows.total} /> rows
            {section.selected !== null && `; selected means “${section.selected}”`}
            {section.threshold !== null && `, at ${section.threshold} or above`}
          </>
        }
      >
        {(ids) => (
          <Select
            {...ids}
            value={attribute.name}
            onChoose={setName}
            choices={section.attributes.map((entry) => ({ value: entry.name, title: entry.name }))}
          />
        )}
      </Field>
      <Section
        title="How far groups are apart"
        note="Point at a name for the question it answers. p-values are adjusted over all that were computed (Holm)."
      >
        <ParityTable parity={attribute.parity} />
      </Section>
      <Section
        title="Groups"
        note={`${plural(attribute.groups.length, 'group')} of at least ${plural(section.minimumGroup, 'row')}${
          attribute.suppressed.groups === 0
            ? ''
            : `; ${plural(attribute.suppressed.groups, 'smaller group')} with ${plural(attribute.suppressed.rows, 'row')} not shown`
        }`}
      >
        <GroupsTable attribute={attribute} />
      </Section>
      <Charts attribute={attribute} />
      <Section title={`Against ${attribute.reference}`} note="Each group held against the reference group">
        <ComparisonTable attribute={attribute} />
      </Section>
      <MitigationTable
        mitigation={section.mitigation.filter((entry) => entry.attribute === attribute.name)}
        attribute={attribute}
      />
    </>
  )
}

export const FairnessTab = ({ run, evidence }: { readonly run: Run; readonly evidence: Evidence }) => {
  const state = useAnalysis(run, 'fairness')
  const section = useSection(evidence, 'fairness', fairnessSectionSchema)
  return (
    <Analysis
      state={state}
      found={section !== null}
      icon="shield"
      title="Groups are not compared yet"
      about="Rates, errors and calibration of each group, how far they are apart, whether chance explains it, and what thresholds by group would cost."
      findings={section?.findings ?? []}
      form={
        <FairnessForm
          evidence={evidence}
          section={section}
          busy={state.busy}
          onStart={(options) => state.start((client) => client.fairness.start({ id: run.id, options }))}
        />
      }
    >
      {section && <Found key={section.createdAt} section={section} />}
    </Analysis>
  )
}
