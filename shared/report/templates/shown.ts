/** Evidence that several rule books ask for, as blocks of a report. Each is empty where there is none. */
import type { Metric } from '../../contract/evidence.ts'
import type { Column } from '../../contract/dataset.ts'
import { intervalText } from '../../format/interval.ts'
import { formatCount, formatMetric, formatPercent, plural } from '../../format/number.ts'
import { formatTimeUtc } from '../../format/time.ts'
import { offerPaths } from '../../policy/known-paths.ts'
import { facts, left, right, table, text } from '../report-document.ts'
import { findingsSection } from '../sections/findings.ts'
import { limitRows, listNames } from '../sections/limit-rows.ts'
import { dash, metricKeys, titleOf } from '../sections/metric-cells.ts'
import { metricsSection } from '../sections/metrics.ts'
import { dataSection, modelSection, scoringSection } from '../sections/provenance.ts'
import { clipText, nameText } from '../visible-text.ts'
import type { Shows, TemplateInput } from './template.ts'

export const intendedUse: Shows = ({ policy }) =>
  policy
    ? [
        facts('What the model is for', [
          ['Business objective', clipText(policy.objective.business, 500)],
          ['Measure', clipText(policy.objective.measure, 200)],
          [
            'Target',
            typeof policy.objective.target === 'string'
              ? clipText(policy.objective.target, 300)
              : Object.entries(policy.objective.target)
                  .map(([key, value]) => `${key.replaceAll('_', ' ')} ${String(value)}`)
                  .join(', '),
          ],
          ['Deployment', policy.deployment.kind],
          ...(policy.deployment.description === undefined
            ? []
            : [['Where it runs', clipText(policy.deployment.description, 500)] as const]),
        ]),
      ]
    : []

export const riskTier: Shows = ({ policy }) =>
  policy
    ? [
        facts('Materiality', [
          ['Risk tier', policy.risk_tier],
          ['Policy', clipText(policy.name, 200)],
          ['Approvals needed', String(policy.approval?.quorum ?? 1)],
          ['An approval holds for', plural(policy.approval?.valid_days ?? 365, 'day')],
        ]),
      ]
    : []

export const versionFacts: Shows = ({ evidence, registry }) => [
  facts('The version', [
    ['Model', `${nameText(evidence.model.name)}, version ${formatCount(evidence.model.version)}`],
    ['File, sha256', evidence.model.sha256],
    ['Graph that runs, sha256', evidence.model.servedSha256],
    ...(registry
      ? ([
          ['Stage', registry.stage],
          ['Aliases', registry.aliases.join(', ') || 'none'],
          ['Made from', listNames(registry.parents.map(nameText), 10) || 'not recorded'],
          ['Data it was made with', listNames(registry.datasets.map(nameText), 10) || 'not recorded'],
          ['Preparation in the graph', registry.recipe ?? 'none that is told from the model'],
        ] as const)
      : []),
  ]),
]

export const modelDesign: Shows = ({ evidence }) => modelSection(evidence).blocks
export const evaluationData: Shows = ({ evidence }) => dataSection(evidence).blocks
export const scoringRun: Shows = ({ evidence }) => scoringSection(evidence).blocks
export const allMetrics: Shows = ({ evidence }) => metricsSection(evidence).blocks
export const limitations: Shows = ({ evidence }) => findingsSection(evidence).blocks

export const software: Shows = ({ evidence }) => scoringSection(evidence).blocks.slice(1)

/** Parents and training data, where someone recorded them. */
export const development: Shows = ({ registry }) =>
  registry && registry.parents.length + registry.datasets.length > 0
    ? [
        facts('How it was made', [
          ['Made from', listNames(registry.parents.map(nameText), 10) || 'nothing earlier'],
          ['Data', listNames(registry.datasets.map(nameText), 10) || 'not recorded'],
        ]),
      ]
    : []

export const trainingData: Shows = ({ registry }) =>
  registry && registry.datasets.length > 0
    ? [
        facts(
          'Data it was made with',
          registry.datasets.map((name, k) => [`Dataset ${k + 1}`, nameText(name)] as const),
        ),
      ]
    : []

const columnsWhere = (input: TemplateInput, test: (column: Pick<Column, 'role' | 'protected'>) => boolean): string[] =>
  input.evidence.dataset.columns.filter(test).map((column) => nameText(column.name))

export const protectedAttributes: Shows = (input) => {
  const names = columnsWhere(input, (column) => column.protected)
  return names.length === 0 ? [] : [facts('Protected attributes', [['Columns', listNames(names, 40)]])]
}

/** The headline first; for summaries that have no room for all. */
export const headlineMetrics: Shows = ({ evidence }) => [
  table({
    caption: 'Main metrics with 95 % intervals',
    columns: [left('Metric'), right('Value'), right('95 % interval'), right('Rows')],
    rows: metricKeys(evidence)
      .slice(0, 8)
      .map((key) => {
        const metric = evidence.metrics[key]!
        return [titleOf(evidence, key), formatMetric(metric).value, intervalText(metric) ?? dash, formatCount(metric.n)]
      }),
  }),
]

const asMetric = (offered: { value: number | null; low: number | null; high: number | null }): Metric => ({
  ...offered,
  n: 0,
  method: null,
})

/** The figures of an analysis that was added to the evidence. */
const analysis =
  (title: string, name: string): Shows =>
  ({ evidence }) => {
    if (evidence.sections?.[name] === undefined) return []
    const offered = offerPaths(evidence).filter(
      ({ path }) => path.startsWith(`sections.${name}.`) || path.startsWith(`sections.${name}[`),
    )
    const { shown, ...rest } = limitRows(offered, 40, 'figures')
    return [
      table({
        caption: title,
        columns: [left('Figure'), right('Value'), right('95 % interval')],
        rows: shown.map((entry) => {
          const metric = asMetric({ value: entry.value, low: entry.low, high: entry.high })
          return [
            clipText(entry.path.slice(`sections.${name}`.length).replace(/^\./, ''), 120),
            formatMetric(metric).value,
            intervalText(metric) ?? dash,
          ]
        }),
        ...rest,
      }),
    ]
  }

export const explanation = analysis('Explanation', 'explanation')
export const fairness = analysis('Fairness', 'fairness')
export const slices = analysis('Slices', 'slices')
export const robustness = analysis('Robustness', 'robustness')
export const drift = analysis('Drift', 'drift')
export const comparison = analysis('Comparison on the same rows', 'comparison')

export const calibration: Shows = ({ evidence }) => {
  const keys = ['ece', 'mce', 'brier_score', 'log_loss'].filter((key) => evidence.metrics[key])
  if (keys.length === 0) return []
  return [
    table({
      caption: 'Calibration',
      columns: [left('Metric'), right('Value'), right('95 % interval')],
      rows: keys.map((key) => {
        const metric = evidence.metrics[key]!
        return [titleOf(evidence, key), formatMetric(metric).value, intervalText(metric) ?? dash]
      }),
    }),
  ]
}

export const gateResults: Shows = ({ gates }) =>
  gates
    ? [
        table({
          caption: `Gates of “${clipText(gates.policyName, 100)}”, judged ${formatTimeUtc(gates.judgedAt)}: ${gates.outcome}`,
          columns: [
            left('Gate'),
            left('Must be'),
            right('Is'),
            right('95 % interval'),
            left('Outcome'),
            left('Remark'),
          ],
          rows: gates.gates.map((gate) => {
            const { figure } = gate
            const numeric = typeof figure?.value === 'number' ? figure.value : null
            const metric = asMetric({ value: numeric, low: figure?.low ?? null, high: figure?.high ?? null })
            const waived = gate.waiver?.inForce
              ? `; waived by ${nameText(gate.waiver.owner)} until ${gate.waiver.expires}: ${clipText(gate.waiver.reason, 200)}`
              : ''
            return [
              clipText(gate.title, 120),
              gate.requirement,
              numeric === null ? clipText(String(figure?.value ?? dash), 40) : formatMetric(metric).value,
              intervalText(metric) ?? dash,
              gate.severity === 'warn' ? `${gate.outcome} (warns only)` : gate.outcome,
              `${clipText(gate.reason, 200)}${waived}`,
            ]
          }),
        }),
      ]
    : []

export const reviewFindings: Shows = ({ review }) =>
  review
    ? review.findings.length === 0
      ? [text('The review opened no findings.')]
      : [
          table({
            caption: 'Findings of the review',
            columns: [left('Finding'), left('Severity'), left('State'), left('Owner'), left('Due'), left('Opened by')],
            rows: review.findings.map((finding) => [
              clipText(finding.title, 200),
              finding.severity,
              finding.state,
              clipText(finding.owner ?? dash, 80),
              finding.due === null ? dash : `${finding.due}${finding.overdue ? ', overdue' : ''}`,
              nameText(finding.openedBy.name),
            ]),
          }),
        ]
    : []

export const decisions: Shows = ({ review }) =>
  review && review.decisions.length > 0
    ? [
        table({
          caption: 'Signed decisions',
          columns: [
            left('Signed by'),
            left('Decision'),
            left('Signed'),
            left('Holds until'),
            left('Counts'),
            left('Key, sha256'),
          ],
          rows: review.decisions.map(({ statement, counts, remark }) => [
            nameText(statement.signer.name),
            statement.decision,
            formatTimeUtc(statement.signedAt),
            formatTimeUtc(statement.expiresAt),
            `${counts ? 'yes' : 'no'}${remark === null ? '' : `: ${clipText(remark, 200)}`}`,
            statement.signer.fingerprint,
          ]),
        }),
      ]
    : []

export const independence: Shows = ({ review }) =>
  review
    ? [
        facts('Who made it, and who may decide', [
          [
            'Made by',
            listNames(
              review.authors.map((author) => nameText(author.name)),
              20,
            ),
          ],
          ['Review asked for by', nameText(review.requestedBy.name)],
          ['Asked', formatTimeUtc(review.requestedAt)],
          [
            'Decided by',
            listNames(
              review.decisions
                .filter((decision) => decision.counts)
                .map(({ statement }) => nameText(statement.signer.name)),
              20,
            ) || 'nobody yet',
          ],
          ['Rule', 'Whoever made the version, the run or the evaluation cannot approve it.'],
        ]),
      ]
    : []

export const changeLog: Shows = ({ history }) => {
  const { shown, ...rest } = limitRows(history, 40, 'entries')
  return history.length === 0
    ? []
    : [
        table({
          caption: 'What was done with this model, from the audit log, newest first',
          columns: [left('Time'), left('What'), left('Who')],
          rows: shown.map(({ time, event, actor }) => [formatTimeUtc(time), clipText(event, 100), nameText(actor)]),
          ...rest,
        }),
      ]
}

export const rowsUsed: Shows = ({ evidence: { rows } }) => [
  facts('Rows', [
    ['Used', `${formatCount(rows.used)} of ${formatCount(rows.total)}`],
    ['Share used', rows.total === 0 ? dash : formatPercent(rows.used / rows.total)],
    ...rows.excluded.map(({ reason, n }) => [`Left out: ${clipText(reason, 100)}`, formatCount(n)] as const),
  ]),
]
