/** Findings, worst first, each with a word and an icon for its severity. */
import type { EvidenceFinding } from '../../shared/contract/evidence.ts'
import { formatShort, plural } from '../../shared/format/number.ts'
import { Icon } from './icon.tsx'

const rank = { error: 0, warning: 1, note: 2 } as const
const words = { error: 'Error', warning: 'Warning', note: 'Note' } as const

export const worstFirst = (findings: readonly EvidenceFinding[]): readonly EvidenceFinding[] =>
  [...findings].sort((a, b) => rank[a.severity] - rank[b.severity])

const placeOf = (finding: EvidenceFinding): string =>
  Object.entries(finding.where ?? {})
    .map(
      ([key, value]) =>
        `${key} ${typeof value === 'number' && !Number.isInteger(value) ? formatShort(value) : String(value)}`,
    )
    .join(', ')

export const Findings = ({
  findings,
  label = 'Findings',
}: {
  readonly findings: readonly EvidenceFinding[]
  readonly label?: string
}) => (
  <ul className="findings" aria-label={label}>
    {worstFirst(findings).map((finding, index) => (
      <li key={`${finding.code}-${index}`} className={`finding finding-${finding.severity}`}>
        <Icon name={finding.severity} />
        <div>
          <p>
            <strong>{words[finding.severity]}</strong> {finding.message}
          </p>
          {finding.remedy !== '' && <p className="muted">{finding.remedy}</p>}
          <p className="finding-code">
            <code>{finding.code}</code>
            {placeOf(finding) !== '' && <span>{placeOf(finding)}</span>}
          </p>
        </div>
      </li>
    ))}
  </ul>
)

export const countFindings = (findings: readonly EvidenceFinding[]): string => {
  const of = (severity: EvidenceFinding['severity']): number => findings.filter((f) => f.severity === severity).length
  return [
    of('error') > 0 ? plural(of('error'), 'error') : '',
    of('warning') > 0 ? plural(of('warning'), 'warning') : '',
    of('note') > 0 ? plural(of('note'), 'note') : '',
  ]
    .filter(Boolean)
    .join(', ')
}
