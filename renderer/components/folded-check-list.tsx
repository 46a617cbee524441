/** A list of boxes that opens from one line, which says how many of them are chosen. */
import type { ComponentProps } from 'react'
import { formatCount } from '../../shared/format/number.ts'
import { CheckList } from './check-list.tsx'

export const FoldedCheckList = (props: ComponentProps<typeof CheckList>) => (
  <details>
    <summary>
      {props.legend}: {formatCount(props.chosen.length)} of {formatCount(props.choices.length)}
    </summary>
    <CheckList {...props} />
  </details>
)
