/** Canonical JSON (RFC 8785): one way to write a document, so that its bytes can be hashed, signed and compared. */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { z } from 'zod'
import { AssayError } from '../../../shared/contract/errors.ts'

export function canonicalText(value: unknown): string {
  return canonicalize(value)!
}

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

export const canonicalSha256 = (value: unknown): string => sha256Of(canonicalText(value))

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let k = 0; k < length; k++) if (a[k] !== b[k]) return k
  return length
}

/**
 * Reads a document that must be in canonical form, byte for byte: anything else could be changed without its meaning
 * changing, and such a change would go unseen.
 * @param what names the document in errors
 * @throws AssayError proof/not-canonical, proof/not-valid
 */
export function readCanonical<T>(bytes: Uint8Array, schema: z.ZodType<T>, what: string): T {
  let value: unknown
  let again: Buffer
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    // What is nested too deeply for the stack can be parsed, and not be written again.
    again = Buffer.from(canonicalText(value) ?? '')
  } catch {
    throw new AssayError({
      code: 'proof/not-valid',
      message: `${what} is not JSON that Assay writes.`,
      remedy: 'It was changed or cut off. Get it again from its sender.',
      where: { part: what },
    })
  }
  if (Buffer.compare(again, bytes) !== 0) {
    throw new AssayError({
      code: 'proof/not-canonical',
      message: `${what} was changed at byte ${firstDifference(again, bytes)}: it is not in canonical form.`,
      remedy: 'Get it again from its sender.',
      where: { part: what, byte: firstDifference(again, bytes) },
    })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AssayError({
      code: 'proof/not-valid',
      message: `${what} is not what it should be: ${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`,
      remedy: 'It was changed, or a later Assay wrote it.',
      where: { part: what, place: issue?.path.map(String).join('.') ?? '' },
    })
  }
  return parsed.data
}
