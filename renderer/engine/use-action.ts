/** One act of the user: whether it is under way, and what went wrong with it. */
import { useCallback, useState } from 'react'
import type { AssayErrorData } from '../../shared/contract/errors.ts'
import { toProblem } from './problem.ts'

export interface Action {
  readonly busy: boolean
  readonly problem: AssayErrorData | undefined
  readonly run: (act: () => Promise<void>) => Promise<void>
  readonly clear: () => void
}

export const useAction = (): Action => {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<AssayErrorData>()
  const run = useCallback(async (act: () => Promise<void>) => {
    setBusy(true)
    setProblem(undefined)
    try {
      await act()
    } catch (error) {
      setProblem(toProblem(error))
    } finally {
      setBusy(false)
    }
  }, [])
  const clear = useCallback(() => setProblem(undefined), [])
  return { busy, problem, run, clear }
}
