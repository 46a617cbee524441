import type { DatasetPreview } from '../../../shared/contract/dataset.ts'
import { Findings } from '../../components/findings.tsx'
import { Section } from '../../components/page.tsx'
import { plural } from '../../../shared/format/number.ts'
import type { Draft } from './import-draft.ts'

const shown = 50

export const ImportProblems = ({
  problems,
  draft,
  onChange,
}: {
  readonly problems: DatasetPreview['problems']
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
}) => {
  if (problems.length === 0 && !draft.skipBadRows) return null
  return (
    <Section
      title="Problems"
      note={problems.length > 0 ? plural(problems.length, 'problem') : 'None that stops the import'}
    >
      {problems.length > 0 && <Findings findings={problems.slice(0, shown)} label="Problems in the file" />}
      {problems.length > shown && <p className="muted">{plural(problems.length - shown, 'more problem')} not shown.</p>}
      <label className="check">
        <input
          type="checkbox"
          checked={draft.skipBadRows}
          onChange={(event) => onChange({ ...draft, skipBadRows: event.target.checked })}
        />
        <span>Leave out bad rows. How many were left out is kept with the dataset.</span>
      </label>
    </Section>
  )
}
