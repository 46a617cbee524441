import { oc } from '@orpc/contract'
import { errorDataSchema } from './job.ts'

/** What each call of the contract begins with: expected failures cross as one error with code, place and remedy. */
export const call = oc.errors({ ASSAY: { data: errorDataSchema } })
