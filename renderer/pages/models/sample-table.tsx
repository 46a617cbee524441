import type { BoundSample } from '../../../shared/contract/model.ts'
import { Section } from '../../components/page.tsx'
import { plural } from '../../../shared/format/number.ts'

export const SampleTable = ({ sample }: { readonly sample: BoundSample['sample'] }) => {
  if (sample.columns.length === 0) return null
  return (
    <Section title="What it gives" note={plural(sample.rows.length, 'row')}>
      <div className="table-scroll" role="group" aria-label="Bound values and outputs of the first rows" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              {sample.columns.map((column, index) => (
                <th key={`${column}-${index}`} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sample.rows.map((row, index) => (
              <tr key={index}>
                {row.map((value, at) => (
                  <td
                    key={at}
                    className={
                      value !== null && value.trim() !== '' && Number.isFinite(Number(value)) ? 'number' : undefined
                    }
                  >
                    {value ?? <span className="muted">missing</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
