// Which npm packages esbuild put into a bundle, with their versions and licences: for the bill of materials of releases.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** SPDX expression; older packages say it in two other ways. */
function licenceOf({ license, licenses }) {
  if (typeof license === 'string') return license
  if (license?.type) return license.type
  const types = (licenses ?? []).map((one) => one.type ?? one)
  return types.length > 0 ? types.join(' OR ') : null
}

/** The nearest package.json above a file that names a package. */
function packageOf(file) {
  for (let folder = dirname(file); folder.includes('node_modules'); folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    const found = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
    if (found?.name && found.version) return found
  }
  return null
}

/** @param inputs of one output in esbuild's metafile, relative to `root` */
export function bundledPackages(inputs, root) {
  const found = new Map()
  for (const file of Object.keys(inputs)) {
    if (!file.includes('node_modules/')) continue
    const one = packageOf(join(root, file))
    if (one) found.set(`${one.name}@${one.version}`, { name: one.name, version: one.version, license: licenceOf(one) })
  }
  return [...found.keys()].sort().map((key) => found.get(key))
}
