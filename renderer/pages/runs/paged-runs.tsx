/** The list of runs, a screenful at a time where there are many. */
import { useState } from 'react'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { formatCount, plural } from '../../../shared/format/number.ts'
import { RunsList } from './runs-list.tsx'

const step = 100

export const PagedRuns = ({ runs }: { readonly runs: readonly Run[] }) => {
  const [shown, setShown] = useState(step)
  return (
    <>
      <RunsList runs={runs.slice(0, shown)} label="Runs" />
      {runs.length > shown && (
        <p className="more">
          <span className="muted">
            {formatCount(shown)} of {plural(runs.length, 'run')}
          </span>
          <Button onClick={() => setShown(shown + step)}>
            Show {formatCount(Math.min(step, runs.length - shown))} more
          </Button>
        </p>
      )}
    </>
  )
}
