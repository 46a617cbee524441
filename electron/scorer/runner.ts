/** Where batches run: in this thread, or in several threads with a session each (lanes.ts). */
import type { ScoringPlan } from '../../shared/contract/scorer-messages.ts'
import { reusedArrays } from './feeds.ts'
import { openLanes } from './lanes.ts'
import { openSession } from './runtime.ts'
import { tensorsOf } from './tensors.ts'
import type { Runner } from './tensors.ts'

export type RunnerKind = Pick<ScoringPlan, 'device' | 'threads' | 'lanes'>

export async function openRunner(modelPath: string, kind: RunnerKind): Promise<Runner> {
  if (kind.lanes > 1) return openLanes(modelPath, kind.lanes)
  const session = await openSession(modelPath, kind.device, kind.threads)
  return {
    facts: session,
    depth: 1,
    array: reusedArrays(),
    run: (feeds, fetches) => session.run(tensorsOf(feeds), fetches),
    release: () => session.release(),
  }
}

let kept: { readonly key: string; readonly runner: Runner } | null = null
const keyOf = (modelPath: string, { device, threads, lanes }: RunnerKind): string =>
  JSON.stringify([modelPath, device, threads, lanes])

/** Keeps a runner for the next request: planning opened it, scoring goes on with it. */
export async function keepRunner(modelPath: string, kind: RunnerKind, runner: Runner): Promise<void> {
  await kept?.runner.release()
  kept = { key: keyOf(modelPath, kind), runner }
}

/** The kept runner, if it is of this kind, or a new one. */
export async function takeRunner(modelPath: string, kind: RunnerKind): Promise<Runner> {
  const known = kept
  kept = null
  if (known?.key === keyOf(modelPath, kind)) return known.runner
  await known?.runner.release()
  return openRunner(modelPath, kind)
}
