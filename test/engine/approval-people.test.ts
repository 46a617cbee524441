/** Keys and roles: what a passphrase protects, and who may do what. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Person } from '../../shared/contract/person.ts'
import { unlockKey } from '../../electron/engine/approval/keys.ts'
import { codeOf, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const passphrase = 'correct horse battery'
const folder = temporaryFolder()
let test: TestEngine
let other: TestEngine
let person: Person
beforeAll(async () => {
  test = await openTestEngine()
  other = await openTestEngine()
  person = await test.call.people.add({ name: 'Ada', roles: ['author'], passphrase, expires: '2099-12-31' })
})
afterAll(async () => {
  await test.close()
  await other.close()
})

const keyFile = () => join(test.folder, 'keys', `${person.id}.json`)

describe('a private key', () => {
  it('opens with its passphrase, however the letters are composed', async () => {
    const composed = await test.call.people.add({
      name: 'José',
      roles: ['author'],
      passphrase: 'Jos\u00e9 Jos\u00e9 Jos\u00e9',
    })
    const key = await unlockKey(test.engine.workspace, composed, 'Jose\u0301 Jose\u0301 Jose\u0301')
    expect(key.fingerprint).toBe(composed.fingerprint)
  })

  it('stays closed to another passphrase and to a changed file', async () => {
    const { workspace } = test.engine
    expect(await codeOf(unlockKey(workspace, person, 'correct horse batter'))).toBe('person/wrong-passphrase')
    const text = readFileSync(keyFile(), 'utf8')
    const file = JSON.parse(text) as { kdf: { N: number }; cipher: { data: string; tag: string }; person: string }
    const changes: [string, unknown][] = [
      ['person/wrong-passphrase', { ...file, cipher: { ...file.cipher, tag: Buffer.alloc(16).toString('base64') } }],
      ['person/wrong-passphrase', { ...file, cipher: { ...file.cipher, tag: file.cipher.tag.slice(0, 8) } }],
      ['person/wrong-passphrase', { ...file, kdf: { ...file.kdf, N: 1024 } }],
      ['person/key-damaged', { ...file, kdf: { ...file.kdf, N: 2 ** 30 } }],
      ['person/key-damaged', { ...file, person: 'per_ffffffffffffffff' }],
      ['person/key-damaged', '{'],
    ]
    for (const [code, changed] of changes) {
      writeFileSync(keyFile(), typeof changed === 'string' ? changed : JSON.stringify(changed))
      expect(await codeOf(unlockKey(workspace, person, passphrase))).toBe(code)
    }
    writeFileSync(keyFile(), text)
    expect((await unlockKey(workspace, person, passphrase)).fingerprint).toBe(person.fingerprint)
  })

  it('never leaves: what is exported is the public part, signed with itself', async () => {
    const path = join(folder, 'ada.json')
    await test.call.people.export({ id: person.id, file: { path } })
    const seen = await other.call.people.import({ file: { path } })
    expect(seen).toMatchObject({
      id: person.id,
      fingerprint: person.fingerprint,
      local: false,
      account: null,
      roles: ['author'],
    })
    expect(await codeOf(unlockKey(other.engine.workspace, seen, passphrase))).toBe('person/not-here')
    expect(await codeOf(other.call.proofs.checkpoint({ personId: seen.id, passphrase }))).toBe('person/not-here')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace(text.slice(100, 101), text[100] === 'A' ? 'B' : 'A'))
    expect(await codeOf(other.call.people.import({ file: { path } }))).toMatch(/^proof\//)
    expect(await codeOf(other.call.people.import({ file: { path: join(folder, 'nothing') } }))).toBe('person/file')
  })
})

describe('a person', () => {
  it('has the roles that this workspace gives, whatever the file says', async () => {
    const path = join(folder, 'ada-2.json')
    await test.call.people.export({ id: person.id, file: { path } })
    const seen = await other.call.people.import({ file: { path }, roles: ['validator'] })
    expect(seen.roles).toEqual(['validator'])
    expect((await other.call.people.setRoles({ id: seen.id, roles: ['approver'] })).roles).toEqual(['approver'])
  })

  it('signs nothing after the key was revoked or has expired', async () => {
    const short = await test.call.people.add({ name: 'Old', roles: ['author'], passphrase, expires: '2020-01-01' })
    expect(await codeOf(test.call.proofs.checkpoint({ personId: short.id, passphrase }))).toBe('person/may-not-sign')
    const gone = await test.call.people.add({ name: 'Gone', roles: ['author'], passphrase })
    const { sequence } = await test.call.proofs.checkpoint({ personId: gone.id, passphrase })
    expect(sequence).toBeGreaterThan(0)
    await test.call.people.revoke({ id: gone.id, reason: 'left', text: '' })
    expect(await codeOf(test.call.proofs.checkpoint({ personId: gone.id, passphrase }))).toBe('person/may-not-sign')
    expect(await codeOf(test.call.people.revoke({ id: gone.id, reason: 'left', text: '' }))).toBe('person/revoked')
    // What was signed before still stands.
    expect((await test.call.proofs.workspace()).problems).toEqual([])
  })
})
