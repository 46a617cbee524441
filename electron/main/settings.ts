/** What this application remembers between starts. A file that cannot be read is as good as none. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { app } from 'electron'
import { z } from 'zod'

const boundsSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
const settingsSchema = z.object({
  workspace: z.string().min(1).optional(),
  window: z.object({ bounds: boundsSchema, maximized: z.boolean() }).optional(),
})
export type SettingsData = z.infer<typeof settingsSchema>

function read(path: string): SettingsData {
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}

export class Settings {
  readonly #path = join(app.getPath('userData'), 'settings.json')
  #data = read(this.#path)

  get(): Readonly<SettingsData> {
    return this.#data
  }

  set(change: Partial<SettingsData>): void {
    this.#data = { ...this.#data, ...change }
    mkdirSync(dirname(this.#path), { recursive: true })
    writeFileSync(`${this.#path}.part`, `${JSON.stringify(this.#data, null, 2)}\n`)
    renameSync(`${this.#path}.part`, this.#path)
  }
}
