/** On how many rows each of the two is right: only where they part can the rows tell which errs less. */
import type { McNemar } from '../../../shared/contract/comparison.ts'
import { Facts } from '../../components/facts.tsx'
import { Section } from '../../components/page.tsx'
import { formatCount, formatFixed } from '../../../shared/format/number.ts'
import { formatP } from '../../../shared/format/p-value.ts'

export const McNemarTable = ({
  table,
  reference,
  other,
}: {
  readonly table: McNemar
  readonly reference: string
  readonly other: string
}) => (
  <Section
    title="Right and wrong"
    note={`McNemar: only rows on which one is right and the other wrong can tell ${other} from ${reference}`}
  >
    <div className="two-columns">
      <div className="table-scroll table-narrow" role="group" aria-label="Right and wrong" tabIndex={0}>
        <table className="table" data-testid="mcnemar">
          <thead>
            <tr>
              <th scope="col">Rows</th>
              <th scope="col" className="number">
                Other right
              </th>
              <th scope="col" className="number">
                Other wrong
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">Reference right</th>
              <td className="number">{formatCount(table.bothRight)}</td>
              <td className="number metric-value">{formatCount(table.onlyReference)}</td>
            </tr>
            <tr>
              <th scope="row">Reference wrong</th>
              <td className="number metric-value">{formatCount(table.onlyOther)}</td>
              <td className="number">{formatCount(table.bothWrong)}</td>
            </tr>
          </tbody>
        </table>
      </div>
      <Facts
        facts={[
          ['Exact p', formatP(table.exactP)],
          [
            'Chi-square, corrected',
            table.chiSquareCorrected === null
              ? '— (no row is discordant)'
              : `${formatFixed(table.chiSquareCorrected, 3)}, p ${formatP(table.correctedP)}`,
          ],
          [
            'Chi-square',
            table.chiSquare === null ? '—' : `${formatFixed(table.chiSquare, 3)}, p ${formatP(table.asymptoticP)}`,
          ],
        ]}
      />
    </div>
  </Section>
)
