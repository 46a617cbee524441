/** Everything that changed the workspace, newest first, each entry chained to the one before it by its hash. */
import { useState } from 'react'
import type { AuditEntry } from '../../../shared/contract/workspace.ts'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { VerifyChain } from './verify-chain.tsx'

const limit = 50

const detailText = (entry: AuditEntry): string =>
  Object.entries(entry.detail)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')

const Entries = ({ entries }: { readonly entries: readonly AuditEntry[] }) => (
  <div className="table-scroll" role="group" aria-label="Audit log" tabIndex={0}>
    <table className="table">
      <thead>
        <tr>
          <th scope="col" className="number">
            No.
          </th>
          <th scope="col">Time</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">Detail</th>
          <th scope="col">Hash</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.sequence}>
            <th scope="row" className="number">
              {formatCount(entry.sequence)}
            </th>
            <td>{formatTime(entry.time)}</td>
            <td>{entry.actor}</td>
            <td>{entry.event}</td>
            <td className="audit-detail" title={detailText(entry)}>
              {entry.subject !== null && <code>{entry.subject}</code>} {detailText(entry)}
            </td>
            <td>
              <code title={entry.hash}>{entry.hash.slice(0, 12)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

export const AuditLog = () => {
  const [offset, setOffset] = useState(0)
  const page = useQuery(['workspace', 'audit', offset], (client) => client.workspace.audit({ offset, limit }))
  return (
    <Section
      title="Audit log"
      note={page.data ? `${formatCount(page.data.total)} entries, chained by hash` : undefined}
    >
      <VerifyChain />
      <Answered answer={page} label="Loading the audit log" rows={8}>
        {({ entries, total }) =>
          entries.length === 0 ? (
            <Empty icon="shield" title="Nothing has happened in this workspace yet" />
          ) : (
            <>
              <Entries entries={entries} />
              <div className="button-row pager">
                <Button icon="left" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - limit))}>
                  Previous
                </Button>
                <span className="muted tabular">
                  {formatCount(offset + 1)} to {formatCount(offset + entries.length)} of {formatCount(total)}
                </span>
                <Button disabled={offset + limit >= total} onClick={() => setOffset(offset + limit)}>
                  Next
                </Button>
              </div>
            </>
          )
        }
      </Answered>
    </Section>
  )
}
