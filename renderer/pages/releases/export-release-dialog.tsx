/** Writes a release of an approved run: the folder, and if wanted the image and the kit. */
import { useState } from 'react'
import type { PersonId } from '../../../shared/contract/ids.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ReviewSummary } from '../../../shared/contract/review.ts'
import { servedName } from '../../../shared/serving/release-manifest.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field, Select } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { bridge } from '../../engine/bridge.ts'
import { runJob } from '../../engine/jobs.ts'
import { toProblem } from '../../engine/problem.ts'
import { useAction } from '../../engine/use-action.ts'
import { canAct, usePeople } from '../approvals/queries.ts'
import { PassphraseField, PersonField } from '../approvals/signature-fields.tsx'

/** Runs of this workspace whose approval stands. */
export const releasable = (reviews: readonly ReviewSummary[]): readonly ReviewSummary[] =>
  reviews.filter((review) => review.origin === 'here' && review.standing.state === 'approved')

const architectures = [
  { value: 'none', title: 'No image' },
  { value: 'amd64', title: 'For x86-64 (amd64)' },
  { value: 'arm64', title: 'For ARM (arm64)' },
] as const

type Place = Readonly<Record<'namespace' | 'registry' | 'host', string>>
const placeFields = [
  ['namespace', 'Namespace', 'models'],
  ['registry', 'Registry of the image', 'registry.example.com/team'],
  ['host', 'Host name', 'churn.example.com'],
] as const

const KitFields = ({ place, onChange }: { readonly place: Place; readonly onChange: (place: Place) => void }) => (
  <>
    {placeFields.map(([name, label, example]) => (
      <Field key={name} label={label}>
        {(ids) => (
          <input
            {...ids}
            type="text"
            value={place[name]}
            placeholder={example}
            spellCheck={false}
            maxLength={250}
            onChange={(event) => onChange({ ...place, [name]: event.target.value })}
          />
        )}
      </Field>
    ))}
  </>
)

const given = (place: Place): Partial<Place> =>
  Object.fromEntries(Object.entries(place).flatMap(([name, text]) => (text.trim() === '' ? [] : [[name, text.trim()]])))

export const ExportReleaseDialog = ({
  approved,
  onClose,
}: {
  readonly approved: readonly ReviewSummary[]
  readonly onClose: () => void
}) => {
  const people = canAct(usePeople().data ?? [], ['author', 'validator', 'approver'])
  const [reviewId, setReviewId] = useState<string>(approved[0]!.id)
  const [chosen, setChosen] = useState('')
  const [passphrase, setPassphrase] = useState('')
  const [architecture, setArchitecture] = useState<(typeof architectures)[number]['value']>('none')
  const [kit, setKit] = useState(true)
  const [reasons, setReasons] = useState(false)
  const [place, setPlace] = useState<Place>({ namespace: '', registry: '', host: '' })
  const { busy, problem, run } = useAction()
  const personId = chosen || (people[0]?.id ?? '')
  const { subject } = approved.find(({ id }) => id === reviewId) ?? approved[0]!
  const name = `${servedName(subject.model)}-${subject.version}`
  const write = (): void =>
    void run(async () => {
      const folder = await bridge().chooseSavePath({ suggestedName: name, kind: 'folder' })
      if (!folder) return
      const image =
        architecture === 'none'
          ? null
          : await bridge().chooseSavePath({ suggestedName: `${name}-${architecture}.tar`, kind: 'tar' })
      if (architecture !== 'none' && !image) return
      const job = await runJob((client) =>
        client.releases.write({
          runId: subject.runId,
          folder: { token: folder.token },
          prove: true,
          reasons,
          signer: { personId: personId as PersonId, passphrase },
          ...(image && architecture !== 'none' ? { image: { file: { token: image.token }, architecture } } : {}),
          ...(kit ? { kit: given(place) } : {}),
        }),
      )
      if (job.error) throw new AssayError(toProblem({ data: job.error }))
      onClose()
    })
  return (
    <Dialog title="Export a release" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          write()
        }}
      >
        <Field label="Approved run">
          {(ids) => (
            <Select
              {...ids}
              value={reviewId}
              onChoose={setReviewId}
              choices={approved.map(({ id, title, standing }) => ({
                value: id as string,
                title: `${title} · until ${formatTime(standing.until ?? '')}`,
              }))}
            />
          )}
        </Field>
        <Field
          label="Container image"
          help="One tar for docker load, podman and skopeo; no Docker is needed to write it."
        >
          {(ids) => <Select {...ids} value={architecture} onChoose={setArchitecture} choices={architectures} />}
        </Field>
        <label className="check">
          <input type="checkbox" checked={reasons} onChange={(event) => setReasons(event.target.checked)} />
          Reasons: the server names the strongest reasons for a prediction when asked (the run must be explained)
        </label>
        <label className="check">
          <input type="checkbox" checked={kit} onChange={(event) => setKit(event.target.checked)} />
          Kit for Kubernetes: deployment, canary with the approved limits, batch jobs, dashboard, alerts
        </label>
        {kit && <KitFields place={place} onChange={setPlace} />}
        <PersonField
          people={people}
          value={personId}
          onChoose={setChosen}
          label="Signed by"
          none="Nobody has a key in this workspace."
        />
        <PassphraseField value={passphrase} onChange={setPassphrase} />
        {problem && <ProblemPanel problem={problem} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button
            kind="primary"
            type="submit"
            icon="export"
            busy={busy}
            disabled={personId === '' || passphrase === ''}
          >
            Sign and write the release
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
