/** An expected failure: what happened, what to do, where, its code, and a button that copies all of it. */
import type { AssayErrorData } from '../../shared/contract/errors.ts'
import { problemText } from '../engine/problem.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'

export const ProblemPanel = ({
  problem,
  retry,
}: {
  readonly problem: AssayErrorData
  readonly retry?: (() => void) | undefined
}) => {
  const where = Object.entries(problem.where ?? {})
  return (
    <div className="problem" role="alert">
      <Icon name="error" />
      <div className="problem-body">
        <p className="problem-message">{problem.message}</p>
        <p>{problem.remedy}</p>
        {where.length > 0 && (
          <dl className="problem-where">
            {where.map(([key, value]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>{String(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        <div className="problem-foot">
          <code>{problem.code}</code>
          {retry && (
            <Button kind="plain" onClick={retry}>
              Try again
            </Button>
          )}
          <CopyButton text={problemText(problem)} label="Copy" name="Copy the error" />
        </div>
      </div>
    </div>
  )
}
