/** What a schema finds wrong, in words of someone who writes the file: a key that is absent is missing, not "undefined". */

const wrongType = /^Invalid input: expected (.+), received (.+)$/
const words: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
}

const worded = (type: string): string => words[type] ?? type

interface Issue {
  readonly code?: string | undefined
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Of several the one that says most: a misspelt key explains why another is missing. */
export function tellingIssue<T extends Issue>(issues: readonly T[]): T | undefined {
  return issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
}

/** @param whole what the place is called where it is the whole of what was read */
export function issueText(issue: Issue | undefined, whole: string): string {
  if (!issue) return `${whole}: it is not valid`
  const place = issue.path.map(String).join('.') || whole
  const [, expected, received] = wrongType.exec(issue.message) ?? []
  if (expected === undefined || received === undefined) return `${place}: ${issue.message}`
  if (received === 'undefined') return `${place}: it is missing`
  return `${place}: it is ${received === 'null' ? 'empty' : worded(received)} and must be ${worded(expected)}`
}
