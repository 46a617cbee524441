/** The rows nearest to this one that have another outcome. */
import { givesOneNumber } from '../../../shared/contract/dataset.ts'
import { useEffect, useState } from 'react'
import type { Neighbours } from '../../../shared/contract/explain-turning.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Skeleton } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatFixed, formatNumber, plural } from '../../../shared/format/number.ts'

export const NeighboursTable = ({ run, row }: { readonly run: Run; readonly row: number }) => {
  const [near, setNear] = useState<Neighbours | null>(null)
  const { problem, run: act } = useAction()
  useEffect(() => {
    let current = true
    void act(async () => {
      const answer = await ask((client) => client.explain.neighbours({ id: run.id, row }))
      if (current) setNear(answer)
    })
    return () => {
      current = false
    }
  }, [act, run.id, row])
  if (problem) return <ProblemPanel problem={problem} />
  if (!near) return <Skeleton label="Looking for the nearest rows" rows={3} />
  if (near.found.length === 0) return <p className="muted">No row has {near.rule}.</p>
  return (
    <>
      <p className="muted">
        This row: {near.decision}. Of {plural(near.searched, 'row')}, the nearest with {near.rule}; distance in middle
        halves of the data, 1 for a category.
      </p>
      <div className="table-scroll" role="group" aria-label="Nearest rows with another outcome" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Decision</th>
              <th scope="col" className="number">
                {givesOneNumber(run.task) ? 'Predicted' : 'Score'}
              </th>
              <th scope="col">Actually</th>
              <th scope="col" className="number">
                Distance
              </th>
              <th scope="col">What differs: this row → that row</th>
            </tr>
          </thead>
          <tbody>
            {near.found.map((one) => (
              <tr key={one.row}>
                <th scope="row" className="tabular">
                  {one.row + 1}
                </th>
                <td>{one.decision}</td>
                <td className="number tabular">
                  {givesOneNumber(run.task) ? formatNumber(one.score) : formatFixed(one.score, 4)}
                </td>
                <td>{one.target ?? '—'}</td>
                <td className="number tabular">{formatFixed(one.distance, 2)}</td>
                <td className="wrap">
                  {one.differences.map(({ column, from, to }) => `${column}: ${from} → ${to}`).join('; ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
