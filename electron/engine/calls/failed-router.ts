/** What is served when the workspace cannot be opened: every call answers with the reason. */
import { implement, ORPCError } from '@orpc/server'
import { contract } from '../../../shared/contract/contract.ts'
import { errorData } from '../jobs/jobs.ts'

export function makeFailedRouter(cause: unknown): Record<string, unknown> {
  const data = errorData(cause)
  const os = implement(contract)
  const refuse = (): never => {
    throw new ORPCError('ASSAY', { message: data.message, defined: true, data })
  }
  return Object.fromEntries(
    Object.entries(os).flatMap(([area, calls]) =>
      area in contract
        ? [
            [
              area,
              Object.fromEntries(
                Object.keys(contract[area as keyof typeof contract]).map((name) => [
                  name,
                  (calls as unknown as Record<string, { handler(work: () => never): unknown }>)[name]!.handler(refuse),
                ]),
              ),
            ],
          ]
        : [],
    ),
  )
}
