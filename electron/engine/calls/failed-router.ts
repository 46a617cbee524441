/** What is served when the workspace cannot be opened: every call answers with the reason. */
import { implement, ORPCError } from '@orpc/server'
import type { Router } from '@orpc/server'
import { contract } from '../../../shared/contract/contract.ts'
import { errorData } from '../jobs/jobs.ts'

type Calls = Record<string, { handler(work: () => never): unknown }>

export function makeFailedRouter(cause: unknown): Router<typeof contract, Record<never, never>> {
  const data = errorData(cause)
  const os = implement(contract) as unknown as Record<string, Calls>
  const refuse = (): never => {
    throw new ORPCError('ASSAY', { message: data.message, defined: true, data })
  }
  const areas = Object.entries(contract).map(([area, calls]) => [
    area,
    Object.fromEntries(Object.keys(calls).map((name) => [name, os[area]![name]!.handler(refuse)])),
  ])
  return Object.fromEntries(areas) as Router<typeof contract, Record<never, never>>
}
