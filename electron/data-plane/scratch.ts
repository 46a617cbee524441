/**
 * Where rows may lie for a while outside of a workspace: a folder that nobody else on the machine may look into, made when
 * it is first wanted and taken away when the process ends. Others can read what is written to the system's own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | null = null

export function scratchFolder(): string {
  if (folder === null) {
    const made = mkdtempSync(join(tmpdir(), 'assay-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    folder = made
  }
  return folder
}
