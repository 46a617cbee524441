/** Environment variables that the engine and the scorers inherit. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app } from 'electron'

export function setUpEnvironment(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1'
  // A package made with an Electron whose Node-API is too old for the shipped better-sqlite3 carries one built for it.
  const binding = join(process.resourcesPath, 'better_sqlite3.node')
  if (app.isPackaged && existsSync(binding)) process.env['ASSAY_SQLITE_BINDING'] ??= binding
}
