/**
 * How a call names a file. The window holds tokens that main gave it for a path chosen in a native dialog or dropped;
 * only the CLI, which is the user's own process, may say a path. The engine refuses paths from the window.
 */
import { z } from 'zod'

export const fileRefSchema = z.union([
  z.strictObject({ token: z.string().min(16).max(200) }),
  z.strictObject({ path: z.string().min(1).max(4096) }),
])
export type FileRef = z.infer<typeof fileRefSchema>
