/** How well probabilities mean what they say: measured on all rows, and what recalibration would change. */
import { useMemo, useState } from 'react'
import type { CalibrationOfEvent, CalibrationSection } from '../../../shared/contract/calibration.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { calibrationDefinitions } from '../../../shared/calibration/definitions.ts'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { Answered } from '../../components/states.tsx'
import { calibrationSpec } from '../../charts/calibration.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { useQuery } from '../../engine/query.ts'
import { plural } from '../../../shared/format/number.ts'
import { OwnSlices, slicesOf } from '../slices/own-slices.tsx'
import { Analysis, useAnalysis } from './analysis.tsx'
import { CalibrationGroupsTable } from './calibration-groups.tsx'
import { CalibrationCandidates } from './calibration-candidates.tsx'
import { MetricsTable } from './metrics-table.tsx'

const OneEvent = ({ event, evidence }: { readonly event: CalibrationOfEvent; readonly evidence: Evidence }) => {
  const specs = useMemo(
    () =>
      event.reliability.map(({ binning, bins }) =>
        calibrationSpec({ bins }, `Calibration, bins of ${binning}`, `Predicted probability of “${event.event}”.`),
      ),
    [event],
  )
  return (
    <>
      <div className="charts">
        {specs.map((spec) => (
          <ChartFrame key={spec.title} spec={spec} />
        ))}
      </div>
      <MetricsTable
        metrics={event.metrics}
        definitions={{ ...evidence.definitions, ...calibrationDefinitions }}
        total={evidence.rows.total}
        label="Measures of calibration"
      />
    </>
  )
}

const Measured = ({ section, evidence }: { readonly section: CalibrationSection; readonly evidence: Evidence }) => {
  const [name, setName] = useState(section.events[0]?.event ?? '')
  const event = section.events.find((one) => one.event === name) ?? section.events[0]
  return (
    <>
      <Section title="Calibration" note="All used rows, before any recalibration; 95 % intervals">
        {section.events.length > 1 && (
          <Field label="Event">
            {(ids) => (
              <Select
                {...ids}
                value={name}
                onChoose={setName}
                choices={section.events.map((one) => ({ value: one.event, title: one.event }))}
              />
            )}
          </Field>
        )}
        {event && <OneEvent event={event} evidence={evidence} />}
      </Section>
      {section.groups && <CalibrationGroupsTable groups={section.groups} />}
      <CalibrationCandidates section={section} />
    </>
  )
}

const shares = ['0.3', '0.5', '0.7'] as const

export const CalibrationTab = ({ evidence, run }: { readonly evidence: Evidence; readonly run: Run }) => {
  const state = useAnalysis(run, 'calibrate')
  const [share, setShare] = useState<(typeof shares)[number]>('0.5')
  const [texts, setTexts] = useState<readonly string[]>([])
  const answer = useQuery(['runs', 'calibration', run.id, run.evidenceSha256], (client) =>
    client.calibrations.get({ id: run.id }),
  )
  const rows = evidence.rows.used
  const columns = evidence.dataset.columns.filter(({ type }) => type !== 'image').map(({ name }) => name)
  const slices = slicesOf(texts, columns)
  const form = (
    <div className="panel">
      <Field
        label="Rows to fit recalibrations on"
        help="Of each class, drawn with a seed. The others judge: they are never fitted on."
      >
        {(ids) => (
          <Select
            {...ids}
            value={share}
            onChoose={setShare}
            choices={shares.map((one) => ({ value: one, title: `${Math.round(Number(one) * 100)} %` }))}
          />
        )}
      </Field>
      <OwnSlices texts={texts} columns={columns} onChange={setTexts} />
      <Button
        disabled={slices === null}
        kind={answer.data ? 'plain' : 'primary'}
        busy={state.action.busy}
        onClick={() =>
          state.start((client) =>
            client.calibrations.start({ id: run.id, fitShare: Number(share), slices: slices ?? [] }),
          )
        }
      >
        Measure and recalibrate {plural(rows, 'row')}
      </Button>
    </div>
  )
  return (
    <Answered answer={answer} label="Loading the calibration" rows={8}>
      {(section) => (
        <Analysis
          state={state}
          found={section !== null}
          icon="runs"
          title="Calibration was not measured yet"
          about="It says whether an event given a probability of 30 % happens in 30 of 100 rows, and what Platt scaling, temperature, beta and isotonic calibration would change."
          form={form}
          findings={section?.findings ?? []}
        >
          {section && <Measured key={section.createdAt} section={section} evidence={evidence} />}
        </Analysis>
      )}
    </Answered>
  )
}
