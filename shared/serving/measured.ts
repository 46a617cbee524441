/** What the server of a release needed while its golden rows were replayed: the kit's requests and limits come from it. */
import { z } from 'zod'

export const measuredSchema = z.strictObject({
  /** Requests of one row, one after another, after some that are not counted. */
  requests: z.int().positive(),
  /** From the request to its whole answer, over loopback, in milliseconds. */
  p50Ms: z.number().nonnegative(),
  p99Ms: z.number().nonnegative(),
  meanMs: z.number().nonnegative(),
  /** Resident memory of the process after all replays, in bytes. */
  residentBytes: z.int().positive(),
  /** Processors of the machine that measured. */
  processors: z.int().positive(),
})
export type Measured = z.infer<typeof measuredSchema>
