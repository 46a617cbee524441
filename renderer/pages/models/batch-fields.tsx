import type { Binding } from '../../../shared/contract/model.ts'
import { Field } from '../../components/field.tsx'

export const BatchFields = ({
  binding,
  onChange,
}: {
  readonly binding: Binding
  readonly onChange: (binding: Binding) => void
}) => (
  <div className="field-row">
    <Field label="Text for missing values" help="Given to text inputs; numbers become NaN.">
      {(ids) => (
        <input
          {...ids}
          type="text"
          value={binding.missingText}
          onChange={(event) => onChange({ ...binding, missingText: event.target.value })}
        />
      )}
    </Field>
    <Field label="Rows a call" help="Only where the graph demands a number; left empty, Assay chooses.">
      {(ids) => (
        <input
          {...ids}
          type="number"
          min={1}
          value={binding.fixedBatch ?? ''}
          onChange={(event) => {
            const rows = Number.parseInt(event.target.value, 10)
            onChange({ ...binding, fixedBatch: rows > 0 ? rows : null })
          }}
        />
      )}
    </Field>
  </div>
)
