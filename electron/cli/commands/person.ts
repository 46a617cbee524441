/** `assay person`: keys and roles. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AssayError } from '../../../shared/contract/errors.ts'
import { keyAlgorithmSchema, personRoleSchema, revocationSchema } from '../../../shared/contract/person.ts'
import type { Person, PersonRole } from '../../../shared/contract/person.ts'
import type { Global } from '../assay.ts'
import { findPerson } from '../find-people.ts'
import { printJson, printLine, printTable } from '../output.ts'
import { readPassphrase } from '../passphrase.ts'
import { withSession } from '../session.ts'

const roleNames = personRoleSchema.options.join(', ')

function rolesOf(given: readonly string[]): PersonRole[] {
  return given.map((role) => {
    const parsed = personRoleSchema.safeParse(role)
    if (parsed.success) return parsed.data
    throw new AssayError({ code: 'usage/role', message: `"${role}" is not a role.`, remedy: `Roles are ${roleNames}.` })
  })
}

function choice<T extends string>(what: string, options: readonly T[], given: string): T {
  const found = options.find((option) => option === given)
  if (found) return found
  throw new AssayError({
    code: `usage/${what}`,
    message: `"${given}" is not one of the ${what}s.`,
    remedy: `They are ${options.join(', ')}.`,
  })
}

/** In groups of eight, as two people read it to each other. */
const spoken = (fingerprint: string): string => fingerprint.match(/.{8}/g)!.join(' ')

function stateOf(person: Person): string {
  if (person.revoked) return `revoked: ${person.revoked.reason}`
  if (person.expiresAt !== null && person.expiresAt < new Date().toISOString()) return 'expired'
  return person.local ? 'key here' : 'public key'
}

function printPerson(person: Person): void {
  printLine(`${person.name}  ${person.id}  ${person.roles.join(', ')}  ${stateOf(person)}`)
  printLine(`${person.algorithm}, fingerprint`)
  printLine(`  ${spoken(person.fingerprint)}`)
  for (const { statement, endedAt } of person.delegations ?? [])
    printLine(
      `may decide for ${statement.from.name} until ${statement.until.slice(0, 10)}${endedAt === null ? '' : `; taken back ${endedAt.slice(0, 10)}`}`,
    )
}

export function addPersonCommands(program: Command, global: () => Global): void {
  const person = program.command('person').description('people, their keys and roles')
  const withPeople = async (work: (session: Parameters<Parameters<typeof withSession>[2]>[0]) => Promise<Person>) => {
    const { workspace, json } = global()
    await withSession(workspace, json, async (session) => {
      const result = await work(session)
      if (json) printJson({ person: result })
      else printPerson(result)
    })
  }
  person
    .command('add <name>')
    .description('make a key pair; the passphrase is asked for, or taken from ASSAY_PASSPHRASE')
    .requiredOption('--role <roles...>', roleNames)
    .option('--algorithm <name>', keyAlgorithmSchema.options.join(', '), 'ecdsa-p256')
    .option('--expires <date>', 'the last day on which the key signs, as 2027-12-31')
    .action(async (name: string, flags: { role: string[]; algorithm: string; expires?: string }) => {
      const roles = rolesOf(flags.role)
      const algorithm = choice('algorithm', keyAlgorithmSchema.options, flags.algorithm)
      const passphrase = await readPassphrase(`${name}’s new key`, true)
      await withPeople((session) =>
        session.call.people.add({
          name,
          roles,
          algorithm,
          passphrase,
          ...(flags.expires === undefined ? {} : { expires: flags.expires }),
        }),
      )
    })
  person
    .command('list')
    .description('everyone whose key this workspace knows')
    .action(async () => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const people = await session.call.people.list()
        if (json) return printJson({ people })
        printTable(
          ['name', 'roles', 'state', 'fingerprint', 'id'],
          people.map((entry) => [
            entry.name,
            entry.roles.join(', '),
            stateOf(entry),
            entry.fingerprint.slice(0, 16),
            entry.id,
          ]),
        )
      })
    })
  person
    .command('export <person>')
    .description('write a public key, signed with itself, to give to colleagues')
    .requiredOption('--out <file>', 'the file')
    .action(async (wanted: string, flags: { out: string }) => {
      await withPeople(async (session) => {
        const found = await findPerson(session, wanted)
        await session.call.people.export({ id: found.id, file: { path: resolve(flags.out) } })
        return found
      })
    })
  person
    .command('import <file>')
    .description(
      'take in a colleague’s public key, or a delegation to someone known here; compare the fingerprint with them in another way',
    )
    .option('--role <roles...>', `the roles that you give them: ${roleNames} (default: what the file says)`)
    .action(async (file: string, flags: { role?: string[] }) => {
      await withPeople((session) =>
        session.call.people.import({
          file: { path: resolve(file) },
          ...(flags.role === undefined ? {} : { roles: rolesOf(flags.role) }),
        }),
      )
    })
  person
    .command('trust')
    .description('write whom this workspace trusts to approve and to sign releases, for the place where they run')
    .requiredOption('--out <file>', 'the file; set ASSAY_TRUST_FILE to it, or mount it as /trust/trust.json')
    .action(async (flags: { out: string }) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const trust = await session.call.people.trust({ file: { path: resolve(flags.out) } })
        if (json) return printJson({ trust })
        const names = (keys: typeof trust.approvers) => keys.map((key) => key.name).join(', ')
        printLine(`may approve: ${names(trust.approvers)}`)
        printLine(`may sign releases: ${names(trust.releasers)}`)
      })
    })
  person
    .command('roles <person>')
    .description('give other roles')
    .requiredOption('--role <roles...>', roleNames)
    .action(async (wanted: string, flags: { role: string[] }) => {
      await withPeople(async (session) =>
        session.call.people.setRoles({ id: (await findPerson(session, wanted)).id, roles: rolesOf(flags.role) }),
      )
    })
  person
    .command('delegate <approver> <person>')
    .description('let someone decide in an approver’s place for a while; signed by the approver, and one vote')
    .requiredOption('--until <date>', 'the last day, as 2027-01-31')
    .requiredOption('--reason <text>', 'why')
    .option('--out <file>', 'write it as well, for the workspace in which the other decides: assay person import')
    .action(async (from: string, to: string, flags: { until: string; reason: string; out?: string }) => {
      await withPeople(async (session) => {
        const approver = await findPerson(session, from)
        const { id } = await findPerson(session, to)
        const passphrase = await readPassphrase(approver.name)
        const { until, reason, out } = flags
        const file = out === undefined ? {} : { file: { path: resolve(out) } }
        return session.call.people.delegate({ from: approver.id, to: id, passphrase, until, reason, ...file })
      })
    })
  person
    .command('undelegate <approver> <person>')
    .description('take a delegation back; decisions that were seen before it still count')
    .action(async (from: string, to: string) => {
      await withPeople(async (session) =>
        session.call.people.endDelegations({
          from: (await findPerson(session, from)).id,
          to: (await findPerson(session, to)).id,
        }),
      )
    })
  person
    .command('revoke <person>')
    .description('trust a key no longer, for good')
    .requiredOption('--reason <reason>', revocationSchema.shape.reason.options.join(', '))
    .option('--text <text>', 'what happened', '')
    .action(async (wanted: string, flags: { reason: string; text: string }) => {
      const reason = choice('reason', revocationSchema.shape.reason.options, flags.reason)
      await withPeople(async (session) =>
        session.call.people.revoke({ id: (await findPerson(session, wanted)).id, reason, text: flags.text }),
      )
    })
}
