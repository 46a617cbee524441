/** Where the model does worse: slices that the user named, slices that were found, and a small tree. */
import type { SlicesSection } from '../../../shared/contract/slices.ts'
import { slicesSectionSchema } from '../../../shared/contract/slices.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { MetricText, UsedOfTotal } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { formatCount, formatPercent, plural } from '../../../shared/format/number.ts'
import { Analysis, useAnalysis, useSection } from '../runs/analysis.tsx'
import { ErrorTree } from './error-tree.tsx'
import { SliceTable } from './slice-table.tsx'
import { SlicesForm } from './slices-form.tsx'
import { metricTitles } from './slice-words.ts'

const Searched = ({ section }: { readonly section: SlicesSection }) => {
  const { search, level, found } = section
  return (
    <div className="summary-head">
      <div>
        <h2>{metricTitles[section.metric]}</h2>
        <p className="summary-count">
          <MetricText metric={section.overall} />
        </p>
        <p className="muted">
          <UsedOfTotal used={section.rows.used} total={section.rows.total} /> rows
        </p>
      </div>
      <div>
        <h2>Searched</h2>
        <p className="summary-count tabular">{formatCount(found.length)} shown</p>
        <p className="muted">
          {plural(search.significant, 'slice')} of at least {plural(section.minimumRows, 'row')} are worse than chance
          explains, at {formatPercent(level, 0)} false alarms among{' '}
          {formatCount(search.possible.reduce((sum, count) => sum + count, 0))} that could have been chosen (
          {search.possible.map((count, at) => `${formatCount(count)} of ${at + 1}`).join(', ')}{' '}
          {search.possible.length === 1 ? 'condition' : 'conditions'}).
          {search.similar > 0 && ` ${formatCount(search.similar)} more mostly hold the same rows.`}
        </p>
      </div>
    </div>
  )
}

const Found = ({ section, run }: { readonly section: SlicesSection; readonly run: Run }) => (
  <>
    <Searched section={section} />
    {section.defined.length > 0 && (
      <Section title="Your slices" note="Tested on both sides, adjusted over these alone (Benjamini–Hochberg)">
        <SliceTable slices={section.defined} label="Your slices" run={run} />
      </Section>
    )}
    <Section
      title="Slices that were found"
      note="Worst first. Intervals of the difference are widened for having been chosen among many."
    >
      {section.found.length === 0 ? (
        <p>No slice is worse than chance explains.</p>
      ) : (
        <SliceTable slices={section.found} label="Slices that were found" run={run} />
      )}
    </Section>
    <Section
      title="Error tree"
      note="Each split is stronger than chance explains over all splits that were possible there"
    >
      <ErrorTree tree={section.tree} overall={section.overall} />
    </Section>
    <details>
      <summary>
        {plural(section.features.length, 'column')} searched{section.left.length > 0 && `, ${section.left.length} not`}
      </summary>
      <ul className="plain-list">
        {section.features.map((feature) => (
          <li key={feature.column}>
            {feature.column}: {plural(feature.predicates, 'condition')}, {feature.note}
          </li>
        ))}
        {section.left.map(({ column, reason }) => (
          <li key={column} className="muted">
            {column}: not searched, {reason}
          </li>
        ))}
      </ul>
    </details>
  </>
)

export const SlicesTab = ({ run, evidence }: { readonly run: Run; readonly evidence: Evidence }) => {
  const state = useAnalysis(run, 'slices')
  const section = useSection(evidence, 'slices', slicesSectionSchema)
  return (
    <Analysis
      state={state}
      found={section !== null}
      icon="search"
      title="Slices are not searched yet"
      about="Parts of the data, by one to three conditions, in which the model does worse than elsewhere, corrected for looking at thousands of them."
      findings={section?.findings ?? []}
      form={
        <SlicesForm
          evidence={evidence}
          section={section}
          busy={state.busy}
          onStart={(options) => state.start((client) => client.slices.start({ id: run.id, options }))}
        />
      }
    >
      {section && <Found key={section.createdAt} section={section} run={run} />}
    </Analysis>
  )
}
