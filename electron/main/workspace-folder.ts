/** Which workspace this start opens: as told on the command line, in the environment, the last one, or a first one. */
import { join, resolve } from 'node:path'
import { app } from 'electron'
import type { Settings } from './settings.ts'

export function findWorkspace(settings: Settings): string {
  const prefix = '--workspace='
  const argument = process.argv.find((value) => value.startsWith(prefix))?.slice(prefix.length)
  const told = argument || process.env['ASSAY_WORKSPACE']
  if (told) return resolve(told)
  return settings.get().workspace ?? join(app.getPath('userData'), 'workspace')
}
