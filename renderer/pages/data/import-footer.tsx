import { useNavigate } from 'react-router'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import type { Draft } from './import-draft.ts'

export const ImportFooter = ({
  draft,
  busy,
  blocked,
  onChange,
  onImport,
}: {
  readonly draft: Draft
  readonly busy: boolean
  /** The file cannot be read as it is described. */
  readonly blocked: boolean
  readonly onChange: (draft: Draft) => void
  readonly onImport: () => void
}) => {
  const navigate = useNavigate()
  return (
    <form
      className="import-footer"
      onSubmit={(event) => {
        event.preventDefault()
        onImport()
      }}
    >
      <Field label="Name">
        {(ids) => (
          <input
            {...ids}
            type="text"
            required
            maxLength={200}
            value={draft.name}
            onChange={(event) => onChange({ ...draft, name: event.target.value })}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" busy={busy} disabled={blocked || draft.name.trim() === ''}>
        Import the dataset
      </Button>
      <Button onClick={() => void navigate('/data')}>Leave without importing</Button>
    </form>
  )
}
