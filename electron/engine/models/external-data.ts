/** Weights that lie in files beside their graph: found, held against what the graph says of them, and laid out to be run. */
import { copyFile, mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { ModelInspection } from '../../../shared/onnx/inspect-model.ts'
import { liesIn } from '../workspace/lies-in.ts'

/** The graph, in the folder in which it is run; weights lie beside it under the names that the graph gives them. */
export const graphName = 'model.onnx'

export interface External {
  /** As the graph names it, with / between folders. */
  readonly location: string
  readonly path: string
}

/**
 * External data must stay inside the model's own folder, links followed.
 * @throws AssayError model/external-data-escape, -name, -missing, -short
 */
export async function findExternal(modelPath: string, inspection: ModelInspection): Promise<External[]> {
  const folder = await realpath(dirname(modelPath))
  const found: External[] = []
  for (const location of new Set(inspection.externalData.map((entry) => entry.location))) {
    const escape = () =>
      new AssayError({
        code: 'model/external-data-escape',
        message: `The model asks for weights outside its folder: ${location}`,
        remedy: 'Do not trust this file. Export the model again, with its data beside it.',
        where: { location },
      })
    if (isAbsolute(location) || location.includes('\\') || location.includes('\0')) throw escape()
    const wanted = resolve(folder, location)
    if (!liesIn(folder, wanted)) throw escape()
    // Nothing may take the place of the graph that was looked at; some disks see no difference of case.
    if (relative(folder, wanted).split(sep)[0]!.toLowerCase() === graphName) {
      throw new AssayError({
        code: 'model/external-data-name',
        message: `The model's weights file is called ${location}, as the graph is when it is run.`,
        remedy: `Export the model with weights of another name, such as ${graphName}.data.`,
        where: { location },
      })
    }
    const real = await realpath(wanted).catch(() => null)
    const info = real === null ? null : await stat(real)
    if (real === null || !info?.isFile()) {
      throw new AssayError({
        code: 'model/external-data-missing',
        message: `The model's weights file ${location} is not beside it.`,
        remedy: `Put ${location} into the model's folder and import again.`,
        where: { location },
      })
    }
    if (!liesIn(folder, real)) throw escape()
    const { size } = info
    const end = inspection.externalData
      .filter((entry) => entry.location === location)
      .reduce((most, entry) => Math.max(most, (entry.offset ?? 0) + (entry.length ?? 0)), 0)
    if (end > size) {
      throw new AssayError({
        code: 'model/external-data-short',
        message: `${location} has ${size} bytes; the model reads up to byte ${end}.`,
        remedy: 'The file is cut off. Copy it again.',
        where: { location, bytes: size, needed: end },
      })
    }
    found.push({ location, path: real })
  }
  return found
}

/** Copies a file to its name in the folder. Copied, not linked: ONNX Runtime resolves links and refuses weights outside. */
export async function copyInto(folder: string, location: string, from: string): Promise<void> {
  const target = join(folder, location)
  await mkdir(dirname(target), { recursive: true })
  await copyFile(from, target)
}
