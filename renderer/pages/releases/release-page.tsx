/** One release: may it be served, what proves it, and what lies in its folder. */
import { Link, useParams } from 'react-router'
import type { ReleaseEntry, ReleaseSummary } from '../../../shared/contract/release.ts'
import type { Measured } from '../../../shared/serving/measured.ts'
import { formatBytes, formatCount } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { LinkButton } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { Facts } from '../../components/facts.tsx'
import { Hash } from '../../components/hash.tsx'
import { Icon } from '../../components/icon.tsx'
import { Page, Section } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { LookBadge } from '../approvals/badge.tsx'
import { useReleases } from './queries.ts'
import { limitText, measureTitle, proofLook, reasonsTitle, releaseLook } from './words.ts'

const milliseconds = (ms: number): string => `${Number(ms.toPrecision(3))} ms`

const MeasuredSection = ({ measured }: { readonly measured: Measured }) => (
  <Section
    title="Time and memory"
    note={`${formatCount(measured.requests)} requests of one row, one after another, on the machine that wrote the release`}
  >
    <Facts
      facts={[
        ['Median', milliseconds(measured.p50Ms)],
        ['99th percentile', milliseconds(measured.p99Ms)],
        ['Resident memory', formatBytes(measured.residentBytes)],
        ['Processors', formatCount(measured.processors)],
      ]}
    />
  </Section>
)

const ProofSection = ({ summary }: { readonly summary: ReleaseSummary }) => {
  const { proof } = summary
  return (
    <Section title="Proof" note={proof ? `Golden rows sent to its own server (${proof.ran})` : undefined}>
      {proof ? (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Through</th>
              <th scope="col" className="number">
                Equal
              </th>
              <th scope="col" className="number">
                To the last bit
              </th>
              <th scope="col" className="number">
                Largest difference
              </th>
            </tr>
          </thead>
          <tbody>
            {proof.replays.map((replay) => (
              <tr key={replay.through}>
                <th scope="row">{replay.through}</th>
                <td className="number">
                  {formatCount(replay.equal)} of {formatCount(replay.rows)}
                </td>
                <td className="number">{formatCount(replay.identical)}</td>
                <td className="number">{replay.largestDifference.toExponential(1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="muted">Not proved: {summary.notProved}</p>
      )}
    </Section>
  )
}

/** Folders of the kit, in the order in which someone would look for them. */
const parts = [
  ['deploy/overlays/production', 'Real-time: pods behind the gateway, watched'],
  ['deploy/overlays/canary', 'A new version gets a little traffic first, and goes back when it breaks a limit'],
  ['deploy/overlays/staging', 'One pod, to try it out'],
  ['deploy/batch/nightly', 'A file is scored every night on several machines, after a drift check'],
  ['deploy/batch/once', 'A file is scored now'],
  ['deploy/kserve', 'The same container under KServe'],
  ['deploy/components/monitoring', 'Grafana dashboard, Prometheus alerts with their tests'],
] as const

const KitSection = ({ kit }: { readonly kit: NonNullable<ReleaseSummary['kit']> }) => (
  <Section
    title="Kit for Kubernetes"
    note={`${formatCount(kit.files.length)} files for the namespace ${kit.namespace}; deploy/README.md says which to take`}
  >
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Folder</th>
          <th scope="col">For</th>
          <th scope="col">
            <span className="visually-hidden">Command</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {parts.map(([path, use]) => (
          <tr key={path}>
            <th scope="row">
              <code>{path}</code>
            </th>
            <td>{use}</td>
            <td>
              {!path.includes('components') && (
                <CopyButton
                  text={`kubectl apply -k ${path}`}
                  label="Copy command"
                  name={`Copy the command for ${path}`}
                />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Section>
)

const LimitsSection = ({ kit }: { readonly kit: NonNullable<ReleaseSummary['kit']> }) => (
  <Section title="Limits in production" note="A canary that breaks one goes back; an alert is raised">
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Limit</th>
          <th scope="col">Measure</th>
          <th scope="col" className="number">
            At most
          </th>
          <th scope="col">From</th>
        </tr>
      </thead>
      <tbody>
        {kit.limits.map(({ id, measure, atMost, source }) => (
          <tr key={id}>
            <th scope="row">
              <code>{id}</code>
            </th>
            <td>{measureTitle(measure)}</td>
            <td className="number">{limitText(measure, atMost)}</td>
            <td>
              <LookBadge
                look={
                  source === 'proposed'
                    ? { title: 'Proposed, not approved', icon: 'note', tone: 'quiet' }
                    : {
                        title: source === 'approved gate' ? 'Approved gate' : 'Approved limit',
                        icon: 'shield',
                        tone: 'good',
                      }
                }
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
    {kit.notMeasurable > 0 && (
      <p className="muted">
        {formatCount(kit.notMeasurable)} of the policy’s gates cannot be measured in production; deploy/README.md says
        why.
      </p>
    )}
  </Section>
)

const Body = ({ release }: { readonly release: ReleaseEntry }) => {
  const { summary } = release
  const { image, kit } = summary
  return (
    <>
      {release.reason !== null && (
        <p className="notice">
          <Icon name="warning" /> {release.reason}
        </p>
      )}
      <Facts
        facts={[
          ['Folder', <code key="folder">{summary.folder}</code>],
          ['Approved by', summary.approvers.join(', ')],
          ['Approval ends', formatTime(summary.expiresAt)],
          ['Signed by', summary.signedBy],
          ['Golden rows', formatCount(summary.goldenRows)],
          ['Reasons for predictions', reasonsTitle(summary)],
          ['Manifest', <Hash key="manifest" value={summary.manifestSha256} name="SHA-256 of the manifest" />],
          ...(image
            ? ([
                ['Image', `${image.name}, ${image.architecture}, ${formatBytes(image.bytes)}`],
                [
                  'Digest',
                  <Hash key="digest" value={image.digest.replace('sha256:', '')} name="digest of the image" />,
                ],
              ] as const)
            : ([['Image', 'none was written']] as const)),
        ]}
      />
      <ProofSection summary={summary} />
      {summary.proof?.measured && <MeasuredSection measured={summary.proof.measured} />}
      {kit && <KitSection kit={kit} />}
      {kit && <LimitsSection kit={kit} />}
    </>
  )
}

export const ReleasePage = () => {
  const { id } = useParams()
  const answer = useReleases()
  const release = answer.data?.find((entry) => entry.id === id)
  return (
    <Page
      title={release ? `Release of ${release.model} ${release.version}` : 'Release'}
      about={
        release && (
          <>
            <LookBadge look={releaseLook(release.state)} />
            <LookBadge look={proofLook(release.summary)} />
            <span>Written {formatTime(release.writtenAt)}</span>
            <Link to={`/models/${release.versionId}`}>
              {release.model} {release.version}
            </Link>
          </>
        )
      }
      actions={
        release?.state === 'in force' && (
          <LinkButton icon="play" to={`/try?version=${release.versionId}`}>
            Try it
          </LinkButton>
        )
      }
      wide
    >
      <Answered answer={answer} label="Loading the release" rows={8}>
        {() =>
          release ? (
            <Body release={release} />
          ) : (
            <Empty
              icon="releases"
              title="There is no such release"
              actions={<LinkButton to="/releases">All releases</LinkButton>}
            />
          )
        }
      </Answered>
    </Page>
  )
}
