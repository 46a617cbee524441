/** Signatures as the standard has them, and nothing that can be changed without being seen. */
import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readCanonical } from '../../../electron/engine/approval/canonical.ts'
import { isSignedBy, readPublicKey, readStatement, signStatement } from '../../../electron/engine/approval/envelope.ts'
import { generateKey } from '../../../electron/engine/approval/keys.ts'

const statement = { b: 'two', a: 1 }
const schema = z.strictObject({ a: z.number(), b: z.string() })

describe.each(['ed25519', 'ecdsa-p256'] as const)('%s', (algorithm) => {
  const key = generateKey(algorithm)
  const envelope = signStatement('checkpoint', statement, key)

  it('signs DSSE’s pre-authentication encoding, as any verifier can check', () => {
    const body = Buffer.from('{"a":1,"b":"two"}')
    expect(envelope.payload).toBe(body.toString('base64'))
    const type = 'application/vnd.assay.checkpoint+json'
    const signed = Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} ${body.toString()}`)
    const publicKey = createPublicKey({ key: Buffer.from(key.publicKey, 'base64'), format: 'der', type: 'spki' })
    const signature = Buffer.from(envelope.signatures[0]!.sig, 'base64')
    expect(signature).toHaveLength(64)
    const digest = algorithm === 'ed25519' ? null : 'sha256'
    expect(verify(digest, signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
  })

  it('is checked by its own key and refused by another', () => {
    expect(isSignedBy(envelope, key.publicKey)).toBe(true)
    expect(isSignedBy(envelope, generateKey(algorithm).publicKey)).toBe(false)
  })

  it('refuses each envelope that differs in one place', () => {
    const [signature] = envelope.signatures
    const turned = (text: string, at: number) =>
      `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    const changed = [
      { ...envelope, payloadType: 'application/vnd.assay.approval+json' },
      { ...envelope, payload: Buffer.from('{"a":2,"b":"two"}').toString('base64') },
      { ...envelope, signatures: [{ ...signature!, keyid: generateKey(algorithm).fingerprint }] },
      ...Array.from({ length: 86 }, (_, at) => ({
        ...envelope,
        signatures: [{ ...signature!, sig: turned(signature!.sig, at) }],
      })),
      // The same bytes in another base64: unused bits, no padding, a line break.
      { ...envelope, signatures: [{ ...signature!, sig: signature!.sig.replace(/=+$/, '') }] },
      { ...envelope, payload: `${envelope.payload}\n` },
    ]
    for (const other of changed) expect(isSignedBy(other, key.publicKey), JSON.stringify(other)).toBe(false)
  })

  it('reads a statement only as the kind that was signed', () => {
    expect(readStatement('checkpoint', envelope, schema)).toEqual(statement)
    expect(() => readStatement('approval', envelope, schema)).toThrow(/signed approval was expected/)
  })

  it('knows a key in one encoding alone', () => {
    expect(readPublicKey(key.publicKey)).toMatchObject({ algorithm, fingerprint: key.fingerprint })
    expect(readPublicKey(`${key.publicKey} `)).toBeNull()
    expect(readPublicKey(key.publicKey.slice(0, -8))).toBeNull()
    expect(readPublicKey('')).toBeNull()
  })
})

describe('canonical documents', () => {
  const read = (text: string) => () => readCanonical(Buffer.from(text), schema, 'it')
  it('are read byte for byte', () => {
    expect(read('{"a":1,"b":"x"}')()).toEqual({ a: 1, b: 'x' })
  })
  it.each([
    ['white space', '{"a": 1,"b":"x"}'],
    ['another order', '{"b":"x","a":1}'],
    ['another way to write a number', '{"a":1.0,"b":"x"}'],
    ['an escape that is not needed', '{"a":1,"b":"\\u0078"}'],
    ['a key twice', '{"a":2,"a":1,"b":"x"}'],
    ['a line break at the end', '{"a":1,"b":"x"}\n'],
    ['a byte order mark', '\ufeff{"a":1,"b":"x"}'],
    ['no JSON', '{"a":1'],
    ['a key too many', '{"a":1,"b":"x","c":1}'],
    ['a missing key', '{"a":1}'],
  ])('are refused with %s', (_, text) => expect(read(text)).toThrow())
  it('are refused with a code where they are nested deeper than they can be written', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"b":"x"}`
    expect(read(deep)).toThrow(expect.objectContaining({ code: 'proof/not-valid' }))
  })
  it('are refused with bytes that are no UTF-8', () => {
    expect(() => readCanonical(Buffer.from([0x7b, 0xff, 0x7d]), schema, 'it')).toThrow()
  })
})
