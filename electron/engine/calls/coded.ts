/** What every router file builds on: the contract with the engine as context, and expected failures as coded errors. */
import { implement, ORPCError } from '@orpc/server'
import type { ImplementerInternalWithMiddlewares } from '@orpc/server'
import { contract } from '../../../shared/contract/contract.ts'
import type { Contract } from '../../../shared/contract/contract.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Engine } from '../engine.ts'
import { trace } from '../trace.ts'
import type { FileGrants } from './file-grants.ts'

export interface CallContext {
  readonly engine: Engine
  readonly grants: FileGrants
}

const os = implement(contract).$context<CallContext>()

/** Expected failures cross as the contract's ASSAY error; a bug stays what it is and is traced. */
const withErrors = os.use(async ({ next, path }) => {
  const start = performance.now()
  try {
    return await next()
  } catch (error) {
    if (error instanceof AssayError) {
      throw new ORPCError('ASSAY', {
        message: error.message,
        defined: true,
        data: { ...error.toJSON(), where: { ...error.where } },
      })
    }
    trace('rpc', String((error as Error).stack))
    throw error
  } finally {
    trace('rpc', `${path.join('.')} ${(performance.now() - start).toFixed(1)} ms`)
  }
})

/** Named, because TypeScript will not write the contract out a second time (TS7056). */
export type Coded = ImplementerInternalWithMiddlewares<Contract, CallContext, CallContext>
export const coded: Coded = withErrors
