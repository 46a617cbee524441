/** Where each wins: the groups of rows whose loss differs most. */
import type { ComparedPair } from '../../../shared/contract/comparison.ts'
import { Section } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { metricTitle } from '../../../shared/format/words.ts'
import { DifferenceCells, DifferenceHead } from './difference-head.tsx'
import { Verdict } from './verdict.tsx'

const shown = 15

export const GroupsTable = ({ groups }: { readonly groups: ComparedPair['groups'] }) => (
  <Section
    title="Where each wins"
    note={`${metricTitle(groups.loss)}, other minus reference, below 0 is better; false discoveries held at 5 % over ${plural(groups.tested, 'group')}`}
  >
    {groups.found.length === 0 ? (
      <Empty icon="data" title="There are no groups to compare">
        Columns with few values or with numbers, and groups of at least 30 rows, are looked at.
      </Empty>
    ) : (
      <div className="table-scroll" role="group" aria-label="Where each wins" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Value</th>
              <th scope="col" className="number">
                Rows
              </th>
              <DifferenceHead />
            </tr>
          </thead>
          <tbody>
            {groups.found.slice(0, shown).map(({ column, value, difference, pAdjusted, verdict }) => (
              <tr key={`${column}=${value}`}>
                <th scope="row">{column}</th>
                <td>{value}</td>
                <td className="number">{formatCount(difference.n)}</td>
                <DifferenceCells difference={difference} pAdjusted={pAdjusted} />
                <td>
                  <Verdict word={verdict} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </Section>
)
