/** A page that starts comparisons and lists those that were made: of runs (Compare) and of datasets (Drift). */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { plural } from '../../shared/format/number.ts'
import { formatAgo, formatTime } from '../../shared/format/time.ts'
import type { Answer } from '../engine/query.ts'
import { Page, Section } from './page.tsx'
import { Answered } from './states.tsx'

interface Made {
  readonly id: string
  readonly createdAt: string
}
interface MadeColumn<T> {
  readonly title: string
  readonly isNumber?: boolean
  readonly cell: (made: T) => ReactNode
}

const number = (isNumber: boolean | undefined) => (isNumber ? { className: 'number' } : {})

function MadeTable<T extends Made>({
  made,
  path,
  columns: [first, ...others],
}: {
  readonly made: readonly T[]
  readonly path: string
  readonly columns: readonly [MadeColumn<T>, ...MadeColumn<T>[]]
}) {
  return (
    <Section title="Comparisons" note={plural(made.length, 'comparison')}>
      <div className="table-scroll" role="group" aria-label="Comparisons" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{first.title}</th>
              {others.map(({ title, isNumber }) => (
                <th key={title} scope="col" {...number(isNumber)}>
                  {title}
                </th>
              ))}
              <th scope="col">Compared</th>
            </tr>
          </thead>
          <tbody>
            {made.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <Link to={`${path}/${one.id}`}>{first.cell(one)}</Link>
                </th>
                {others.map(({ title, isNumber, cell }) => (
                  <td key={title} {...number(isNumber)}>
                    {cell(one)}
                  </td>
                ))}
                <td title={formatTime(one.createdAt)}>{formatAgo(one.createdAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

export function ComparisonsPage<T extends Made>({
  title,
  about,
  path,
  made,
  columns,
  children,
}: {
  readonly title: string
  readonly about: string
  /** Of the page; a comparison lies below it by its id. */
  readonly path: string
  readonly made: Answer<readonly T[]> & { readonly refresh: () => void }
  /** The first names the comparison and leads to it. */
  readonly columns: readonly [MadeColumn<T>, ...MadeColumn<T>[]]
  /** What starts a comparison, or says what is missing for one. */
  readonly children: ReactNode
}) {
  return (
    <Page title={title} about={about} wide>
      {children}
      <Answered answer={made} label="Loading comparisons" rows={3}>
        {(list) => (list.length === 0 ? null : <MadeTable made={list} path={path} columns={columns} />)}
      </Answered>
    </Page>
  )
}
