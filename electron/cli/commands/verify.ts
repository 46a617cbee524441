/** `assay verify` and `assay audit`: proof that nothing was changed, and where it was. */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Proof } from '../../../shared/contract/approval.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import { isReleaseFolder, proveReleaseFolder } from '../../engine/release/verify-folder.ts'
import { proveFile } from '../../engine/approval/verify-file.ts'
import type { Global } from '../assay.ts'
import { actingPerson } from '../find-people.ts'
import { exitCodes, printJson, printLine, printTable } from '../output.ts'
import { readPassphrase } from '../passphrase.ts'
import { withSession, workspaceFolder } from '../session.ts'

function printProof(proof: Proof): void {
  for (const problem of proof.problems) printLine(problem)
  const signer = proof.signer
    ? `; signed by ${proof.signer.name}${proof.signer.known ? '' : ', whose key is not known here'} (${proof.signer.fingerprint.slice(0, 16)})`
    : ''
  printLine(`${proof.kind}: ${proof.ok ? `nothing was changed (${proof.found.join(', ')})` : 'changed'}${signer}`)
}

/** A file is held against the people of the workspace at hand, where there is one. */
async function prove(target: string | undefined, image: string | undefined, global: Global): Promise<Proof> {
  if (target !== undefined && isReleaseFolder(target)) {
    const path = image === undefined ? null : resolve(image)
    const ledgerPath = join(workspaceFolder(global.workspace), 'ledger.sqlite')
    if (!existsSync(ledgerPath)) return proveReleaseFolder(resolve(target), null, path)
    const call = { folder: { path: resolve(target) }, ...(path === null ? {} : { image: { path } }) }
    return withSession(global.workspace, global.json, (session) => session.call.proofs.release(call))
  }
  const isFolder = target !== undefined && existsSync(target) && statSync(target).isDirectory()
  if (target === undefined || isFolder) {
    return withSession(isFolder ? target : global.workspace, global.json, (session) => session.call.proofs.workspace())
  }
  const path = resolve(target)
  if (!existsSync(join(workspaceFolder(global.workspace), 'assay.json'))) return proveFile(path, null)
  return withSession(global.workspace, global.json, (session) => session.call.proofs.file({ file: { path } }))
}

export function addVerifyCommands(program: Command, global: () => Global): void {
  program
    .command('verify [target]')
    .description('prove a workspace (log, files, scores, signatures), a release, a review package or an audit export')
    .option('--image <file>', 'with a release: the tar of its image as well')
    .action(async (target: string | undefined, flags: { image?: string }) => {
      const proof = await prove(target, flags.image, global())
      if (global().json) printJson(proof)
      else printProof(proof)
      if (!proof.ok) process.exitCode = exitCodes.badInput
    })
  const audit = program.command('audit').description('the audit log: show, sign and export it')
  audit
    .command('list')
    .description('the newest entries')
    .option('--limit <n>', 'how many, at most 1000', '50')
    .action(async (flags: { limit: string }) => {
      const { workspace, json } = global()
      const limit = Number(flags.limit)
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
        throw new AssayError({
          code: 'usage/number',
          message: `"${flags.limit}" is not a number from 1 to 1000.`,
          remedy: 'See --help.',
        })
      }
      await withSession(workspace, json, async (session) => {
        const { entries, total } = await session.call.workspace.audit({ offset: 0, limit })
        if (json) return printJson({ entries, total })
        printTable(
          ['no.', 'time', 'who', 'what', 'subject', 'hash'],
          entries.map((entry) => [
            String(entry.sequence),
            entry.time,
            entry.actor,
            entry.event,
            entry.subject ?? '',
            entry.hash.slice(0, 12),
          ]),
        )
      })
    })
  audit
    .command('checkpoint')
    .description('sign the log as far as it has come')
    .option('--as <person>', 'who signs')
    .action(async (flags: { as?: string }) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const person = await actingPerson(session, flags.as)
        const passphrase = await readPassphrase(person.name)
        const checkpoint = await session.call.proofs.checkpoint({ personId: person.id, passphrase })
        if (json) printJson({ checkpoint })
        else printLine(`${person.name} signed entries 1 to ${checkpoint.sequence}: ${checkpoint.hash}`)
      })
    })
  audit
    .command('export')
    .description('write the whole log as one signed file, for auditors')
    .requiredOption('--out <file>', 'the file, JSON Lines')
    .option('--as <person>', 'who signs')
    .action(async (flags: { out: string; as?: string }) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const person = await actingPerson(session, flags.as)
        const passphrase = await readPassphrase(person.name)
        const path = resolve(flags.out)
        const { entries } = await session.call.proofs.exportAudit({ personId: person.id, passphrase, file: { path } })
        if (json) printJson({ file: path, entries })
        else printLine(`wrote ${entries} entries to ${path}`)
      })
    })
}
