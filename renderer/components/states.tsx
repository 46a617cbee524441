/** What a page shows when it has nothing, does not know yet, or cannot say. */
import type { ReactNode } from 'react'
import type { Answer } from '../engine/query.ts'
import type { IconName } from './icon.tsx'
import { Icon } from './icon.tsx'
import { ProblemPanel } from './problem-panel.tsx'

export const Empty = ({
  icon,
  title,
  children,
  actions,
}: {
  readonly icon: IconName
  readonly title: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
}) => (
  <div className="empty">
    <Icon name={icon} size={24} />
    <p className="empty-title">{title}</p>
    {children !== undefined && <p className="muted">{children}</p>}
    {actions !== undefined && <div className="empty-actions">{actions}</div>}
  </div>
)

const widths = ['72%', '88%', '64%', '80%', '56%', '84%']

/** Grey lines of the height the rows will have, so that nothing jumps when they come. */
export const Skeleton = ({ rows = 6, label }: { readonly rows?: number; readonly label: string }) => (
  <div className="skeleton" role="status" aria-label={label}>
    {Array.from({ length: rows }, (_, index) => (
      <span key={index} className="skeleton-line">
        <span style={{ width: widths[index % widths.length] }} />
      </span>
    ))}
  </div>
)

/** Loading, failed, or the answer. An answer already on screen stays there while a newer one is fetched. */
export const Answered = <T,>({
  answer,
  label,
  rows,
  children,
}: {
  readonly answer: Answer<T> & { readonly refresh: () => void }
  readonly label: string
  readonly rows?: number
  readonly children: (data: T) => ReactNode
}) => {
  if (answer.data !== undefined) {
    return (
      <>
        {answer.problem && <ProblemPanel problem={answer.problem} retry={answer.refresh} />}
        {children(answer.data)}
      </>
    )
  }
  if (answer.problem) return <ProblemPanel problem={answer.problem} retry={answer.refresh} />
  return <Skeleton label={label} rows={rows ?? 6} />
}
