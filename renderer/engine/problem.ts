/** Whatever a call throws becomes one thing the window can show: code, what happened, what to do. */
import type { AssayErrorData } from '../../shared/contract/errors.ts'
import { AssayError } from '../../shared/contract/errors.ts'

const isErrorData = (value: unknown): value is AssayErrorData =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<AssayErrorData>).code === 'string' &&
  typeof (value as Partial<AssayErrorData>).message === 'string' &&
  typeof (value as Partial<AssayErrorData>).remedy === 'string'

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const toProblem = (error: unknown): AssayErrorData => {
  if (error instanceof AssayError) return error.toJSON()
  const data = (error as { readonly data?: unknown } | null | undefined)?.data
  if (isErrorData(data)) return data
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  if (code === 'BAD_REQUEST') {
    return {
      code: 'window/bad-request',
      message: 'The engine refused the request because its values are not valid.',
      remedy: 'Check the values on this page. If they look right, copy this and report it.',
      where: { cause: said(error) },
    }
  }
  return {
    code: 'window/unexpected',
    message: 'Something that Assay does not expect went wrong.',
    remedy: 'Try again. If it happens again, copy this and report it.',
    where: { cause: said(error) },
  }
}

/** Plain text for the clipboard. */
export const problemText = (problem: AssayErrorData): string =>
  [
    problem.code,
    problem.message,
    problem.remedy,
    ...Object.entries(problem.where ?? {}).map(([key, value]) => `${key}: ${String(value)}`),
  ].join('\n')
