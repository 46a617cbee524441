/** Every release that was exported from here, and whether it may still be served. */
import { useState } from 'react'
import { Link } from 'react-router'
import type { ReleaseEntry } from '../../../shared/contract/release.ts'
import { formatBytes, formatCount } from '../../../shared/format/number.ts'
import { formatAgo, formatTime } from '../../../shared/format/time.ts'
import { Button, LinkButton } from '../../components/button.tsx'
import { Page } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { LookBadge } from '../approvals/badge.tsx'
import { useReviews } from '../approvals/queries.ts'
import { ExportReleaseDialog, releasable } from './export-release-dialog.tsx'
import { useReleases } from './queries.ts'
import { proofLook, releaseLook } from './words.ts'

const Row = ({ release }: { readonly release: ReleaseEntry }) => {
  const { summary } = release
  return (
    <tr>
      <th scope="row">
        <Link to={`/releases/${release.id}`}>
          {release.model} {formatCount(release.version)}
        </Link>
      </th>
      <td>
        <LookBadge look={releaseLook(release.state)} />
      </td>
      <td>
        <LookBadge look={proofLook(summary)} />
      </td>
      <td className="number">
        {summary.image ? `${formatBytes(summary.image.bytes)} · ${summary.image.architecture}` : '—'}
      </td>
      <td className="number">{summary.kit ? `${formatCount(summary.kit.files.length)} files` : '—'}</td>
      <td>{summary.approvers.join(', ')}</td>
      <td>{formatTime(summary.expiresAt)}</td>
      <td>{formatAgo(release.writtenAt)}</td>
    </tr>
  )
}

const Table = ({ list }: { readonly list: readonly ReleaseEntry[] }) => (
  <div className="table-scroll" role="group" aria-label="Releases" tabIndex={0}>
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Release of</th>
          <th scope="col">State</th>
          <th scope="col">Proof</th>
          <th scope="col" className="number">
            Image
          </th>
          <th scope="col" className="number">
            Kit
          </th>
          <th scope="col">Approved by</th>
          <th scope="col">Until</th>
          <th scope="col">Written</th>
        </tr>
      </thead>
      <tbody>
        {list.map((release) => (
          <Row key={release.id} release={release} />
        ))}
      </tbody>
    </table>
  </div>
)

export const ReleasesPage = () => {
  const releases = useReleases()
  const reviews = useReviews()
  const [exporting, setExporting] = useState(false)
  const approved = releasable(reviews.data ?? [])
  return (
    <Page
      title="Releases"
      about="What was exported, under whose approval, and whether it may still be served"
      actions={
        approved.length > 0 && (
          <Button kind="primary" icon="export" onClick={() => setExporting(true)}>
            Export a release
          </Button>
        )
      }
      wide
    >
      {exporting && <ExportReleaseDialog approved={approved} onClose={() => setExporting(false)} />}
      <Answered answer={releases} label="Loading releases" rows={4}>
        {(list) =>
          list.length > 0 ? (
            <Table list={list} />
          ) : (
            <Empty
              icon="releases"
              title="No releases yet"
              actions={
                approved.length > 0 ? (
                  <Button kind="primary" icon="export" onClick={() => setExporting(true)}>
                    Export a release
                  </Button>
                ) : (
                  <LinkButton to="/approvals">Go to approvals</LinkButton>
                )
              }
            >
              {approved.length > 0
                ? 'A release is the approved model with its evidence, its server as a container, and files for Kubernetes.'
                : 'Only what was approved can be released: have a run reviewed and signed first.'}
            </Empty>
          )
        }
      </Answered>
    </Page>
  )
}
