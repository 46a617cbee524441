/** Numbers as most documents hold them. */
import { z } from 'zod'

export const count = z.int().nonnegative()
/** Null where it is undefined; the field beside it says why. */
export const finiteOrNull = z.number().nullable()
export const probability = z.number().min(0).max(1)
