/**
 * What main and the engine say to each other on the engine's parent port. Both directions of a scorer's life are here
 * too, because only main may fork a utilityProcess: the engine asks for one and gets a port to it.
 */
import { z } from 'zod'

const processIdSchema = z.string().min(1).max(200)

/**
 * Main's answers about scorers and servers. `launched` carries the port to a scorer; it always comes, and before
 * `exited`. `output` is what a server wrote.
 */
export const fromMainSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('output'), id: processIdSchema, text: z.string() }),
  z.strictObject({ type: z.literal('launched'), id: processIdSchema, pid: z.number().int().nullable() }),
  z.strictObject({ type: z.literal('exited'), id: processIdSchema, code: z.number().int().nullable() }),
])
export type FromMain = z.infer<typeof fromMainSchema>

/** All that can arrive on the engine's parent port. `connect` carries the port to a window. */
export const toEngineSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('connect') }),
  z.strictObject({
    type: z.literal('grant'),
    token: z.string().min(16).max(200),
    path: z.string().min(1),
    mode: z.enum(['read', 'write']),
  }),
  ...fromMainSchema.options,
])
export type ToEngine = z.infer<typeof toEngineSchema>

/** What the engine asks of main. */
export const fromEngineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('launch'),
    id: processIdSchema,
    module: z.literal('scorer'),
    env: z.record(z.string(), z.string()).optional(),
  }),
  /** The server of a release, on the loopback. */
  z.strictObject({
    type: z.literal('serve'),
    id: processIdSchema,
    args: z.array(z.string()).max(20),
    env: z.record(z.string(), z.string()),
  }),
  z.strictObject({ type: z.literal('kill'), id: processIdSchema }),
])
export type FromEngine = z.infer<typeof fromEngineSchema>

/** What a scorer gets from main, once, with the port to the engine. */
export const toScorerProcessSchema = z.strictObject({ type: z.literal('port') })
export type ToScorerProcess = z.infer<typeof toScorerProcessSchema>
