/** Conditions as people read and write them: in titles, and as the filter of the rows table. */
import type { Condition } from '../contract/slices.ts'

/** A name or value stands in quotes where it could be read as something else. */
function quoted(text: string): string {
  return /^[^\s"=<>!&]+$/.test(text) && !/^(or|is|missing)$/i.test(text) ? text : `"${text.replaceAll('"', '""')}"`
}

/** `JSON`-exact numbers, so that a title cuts the rows where the search did. */
const number = (value: number): string => String(value)

/**
 * One condition as text, which `parseFilter` reads back: "contract = One", "tenure >= 6 & tenure < 12",
 * "tenure >= 6 or missing", "total is missing".
 */
function conditionText(condition: Condition): string {
  const column = quoted(condition.column)
  switch (condition.kind) {
    case 'equals':
      return `${column} = ${quoted(condition.value)}`
    case 'not equal':
      return `${column} != ${quoted(condition.value)}`
    case 'missing':
      return `${column} is missing`
    case 'range': {
      const { from, to, orMissing } = condition
      const missing = orMissing ? ' or missing' : ''
      const parts = [
        ...(from === null ? [] : [`${column} >= ${number(from)}${missing}`]),
        ...(to === null ? [] : [`${column} < ${number(to)}${missing}`]),
      ]
      return parts.length === 0 ? `${column} >= -Infinity${missing}` : parts.join(' & ')
    }
  }
}

/** A conjunction as the filter of a rows table. */
export const filterText = (conditions: readonly Condition[]): string => conditions.map(conditionText).join(' & ')

/** A conjunction as a reader's title: "contract = Month-to-month, tenure 6 to under 12". */
export function sliceTitle(conditions: readonly Condition[]): string {
  return conditions.map(titleOf).join(', ')
}

function titleOf(condition: Condition): string {
  switch (condition.kind) {
    case 'equals':
      return `${condition.column} = ${condition.value === '' ? '(empty)' : condition.value}`
    case 'not equal':
      return `${condition.column} other than ${condition.value === '' ? '(empty)' : condition.value}`
    case 'missing':
      return `${condition.column} missing`
    case 'range': {
      const { column, from, to, orMissing } = condition
      const missing = orMissing ? ' or missing' : ''
      if (from === null) return to === null ? `${column} known${missing}` : `${column} < ${number(to)}${missing}`
      return to === null
        ? `${column} ≥ ${number(from)}${missing}`
        : `${column} ${number(from)} to under ${number(to)}${missing}`
    }
  }
}
