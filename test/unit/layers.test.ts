/** Each forbidden import of DESIGN.md fails the lint: a rule that never fires is no rule. */
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'
// @ts-expect-error the configuration is plain JavaScript
import { layers } from '../../eslint.config.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const eslint = new ESLint({ cwd: root })
const probe = 'lint-probe.ts'

/** Some real file of a layer, as the thing that is imported. */
function someFile(folder: string): string {
  const entries = readdirSync(folder, { withFileTypes: true })
  const file = entries.find((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== probe)
  if (file) return join(folder, file.name)
  for (const entry of entries.filter((other) => other.isDirectory())) {
    const found = someFile(join(folder, entry.name))
    if (found) return found
  }
  return ''
}

async function rulesBroken(path: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: path })
  return result!.messages.map((message) => message.ruleId ?? message.message)
}

const cases = (layers as [string, string[], string][]).flatMap(([target, forbidden]) =>
  forbidden.filter((from) => existsSync(join(root, from))).map((from) => [target, from] as const),
)

describe('layer rules', () => {
  it.each(cases)('%s may not import %s', async (target, from) => {
    const importer = join(root, target, probe)
    const imported = relative(join(root, target), someFile(join(root, from)))
    const broken = await rulesBroken(importer, `import * as other from '${imported}'\nexport const used = other\n`)
    expect(broken).toContain('import-x/no-restricted-paths')
  })

  it.each(['shared', 'renderer', 'electron/engine', 'electron/scorer', 'electron/cli', 'electron/data-plane'])(
    "%s may not import 'electron'",
    async (layer) => {
      const broken = await rulesBroken(
        join(root, layer, probe),
        "import { app } from 'electron'\nexport const used = app\n",
      )
      expect(broken).toContain('no-restricted-imports')
    },
  )

  it.each(['shared', 'renderer'])('%s may not import Node', async (layer) => {
    const broken = await rulesBroken(
      join(root, layer, probe),
      "import { readFileSync } from 'node:fs'\nexport const used = readFileSync\n",
    )
    expect(broken).toContain('no-restricted-imports')
  })

  it('allows what the layers allow', async () => {
    const imported = '../../shared/contract/errors.ts'
    const broken = await rulesBroken(
      join(root, 'electron/engine', probe),
      `import { AssayError } from '${imported}'\nexport const used = AssayError\n`,
    )
    expect(broken).toEqual([])
  })
})
