/** Gate results as JUnit XML, which pipelines show as tests: a blocking gate is a failure, a waived one is skipped. */
import type { GateResult, Gates } from '../contract/policy.ts'
import { escaped, Html } from '../report/escape.ts'

const xmlHead = new Html('<?xml version="1.0" encoding="UTF-8"?>')

function figureText({ figure, outcome, reason }: GateResult): string {
  if (!figure) return `${outcome}: ${reason}`
  const interval = figure.low === null || figure.high === null ? '' : ` (${figure.low} to ${figure.high})`
  const n = figure.n === null ? '' : `, n ${figure.n}`
  return `${outcome}: ${figure.path} = ${String(figure.value)}${interval}${n}; ${reason}`
}

function testCase(gate: GateResult): Html {
  const { id, title, requirement, severity, outcome, waiver, blocking } = gate
  const text = figureText(gate)
  const body =
    outcome === 'pass'
      ? escaped`<system-out>${text}</system-out>`
      : blocking
        ? escaped`<failure type="${outcome}" message="${`${requirement}: ${text}`}">${gate.reason}</failure>`
        : escaped`<skipped message="${
            severity === 'warn'
              ? `warning, ${text}`
              : `waived by ${waiver?.owner ?? ''} until ${waiver?.expires ?? ''} (${waiver?.reason ?? ''}), ${text}`
          }"/>`
  return escaped`    <testcase name="${`${id}: ${title}`}" classname="${`assay.${gate.path}`}" time="0">
      ${body}
    </testcase>
`
}

/** @param about what was judged, for example "churn 2 on hold-out" */
export function junitXml(gates: Gates, about: string): string {
  const { counts, gates: results } = gates
  const skipped = results.filter((gate) => gate.outcome !== 'pass' && !gate.blocking).length
  return escaped`${xmlHead}
<testsuites name="assay" tests="${results.length}" failures="${counts.blocking}" skipped="${skipped}" errors="0" time="0">
  <testsuite name="${`${gates.policyName}: ${about}`}" timestamp="${gates.judgedAt}" tests="${results.length}" failures="${counts.blocking}" skipped="${skipped}" errors="0" time="0">
    <properties>
      <property name="evidence sha256" value="${gates.evidenceSha256}"/>
      <property name="policy sha256" value="${gates.policySha256}"/>
      <property name="champion" value="${gates.champion ? `${gates.champion.name} ${gates.champion.version}` : 'none'}"/>
    </properties>
${results.map(testCase)}  </testsuite>
</testsuites>
`.markup
}
