/** The rows on which the two part, with the dataset's values: those that moved most first. */
import { useState } from 'react'
import type { ComparedPair } from '../../../shared/contract/comparison.ts'
import type { ColumnType } from '../../../shared/contract/dataset.ts'
import type { ComparisonId } from '../../../shared/contract/ids.ts'
import type { Task } from '../../../shared/contract/dataset.ts'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { useQuery } from '../../engine/query.ts'
import { formatCount, plural } from '../../../shared/format/number.ts'

type Side = 'fixed' | 'broken'

const isNumber = (type: ColumnType): boolean => type === 'integer' || type === 'float'

const Rows = ({ id, pair, side }: { readonly id: ComparisonId; readonly pair: ComparedPair; readonly side: Side }) => {
  const answer = useQuery(['runs', 'comparisons', 'changed', id, pair.other, side], (client) =>
    client.comparisons.changedRows({ id, other: pair.other, side }),
  )
  return (
    <Answered answer={answer} label="Loading rows" rows={6}>
      {({ columns, rows, total }) =>
        rows.length === 0 ? (
          <Empty icon="data" title="No row changed to this side" />
        ) : (
          <>
            <div className="table-scroll changed-rows" role="group" aria-label="Rows that changed sides" tabIndex={0}>
              <table className="table" data-testid="changed-rows">
                <thead>
                  <tr>
                    {columns.map(({ name, type }, at) => (
                      <th key={`${at}-${name}`} scope="col" className={isNumber(type) ? 'number' : undefined}>
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row[0]}>
                      {row.map((value, at) => (
                        <td
                          key={at}
                          className={`${value === null ? 'muted' : ''} ${isNumber(columns[at]!.type) ? 'number' : ''}`}
                        >
                          {value ?? '—'}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {total > rows.length && (
              <p className="muted">
                The {formatCount(rows.length)} that moved most, of {plural(total, 'row')}.
              </p>
            )}
          </>
        )
      }
    </Answered>
  )
}

export const ChangedRows = ({
  id,
  pair,
  task,
}: {
  readonly id: ComparisonId
  readonly pair: ComparedPair
  readonly task: Task
}) => {
  const [side, setSide] = useState<Side>('fixed')
  const { changed } = pair
  const words: Readonly<Record<Side, string>> =
    task === 'regression'
      ? { fixed: 'Nearer to the target', broken: 'Farther from the target' }
      : { fixed: 'Put right', broken: 'Put wrong' }
  return (
    <Section
      title="Rows that changed sides"
      note={
        <>
          {words.fixed} of those that changed: <MetricText metric={changed.fixedShare} />
        </>
      }
    >
      <div className="segments" role="radiogroup" aria-label="Side">
        {(['fixed', 'broken'] as const).map((one) => (
          <label key={one} className="segment">
            <input
              type="radio"
              className="visually-hidden"
              name={`side-${id}`}
              checked={side === one}
              onChange={() => setSide(one)}
            />
            <span>
              {words[one]}, {formatCount(changed[one])}
            </span>
          </label>
        ))}
      </div>
      {changed.otherwiseWrong > 0 && (
        <p className="muted">{plural(changed.otherwiseWrong, 'row is', 'rows are')} wrong both times, in two ways.</p>
      )}
      <Rows id={id} pair={pair} side={side} />
    </Section>
  )
}
