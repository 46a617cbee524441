/**
 * Takes an ONNX file into the workspace: read from the protobuf, checked, ZipMap removed, loaded once by ONNX Runtime in
 * a process that may die of it, and only then stored.
 */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { ModelId, VersionId } from '../../../shared/contract/ids.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import { inspectModel } from '../../../shared/onnx/inspect-model.ts'
import type { ModelInspection } from '../../../shared/onnx/inspect-model.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { removeZipMap } from '../../../shared/onnx/remove-zip-map.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { VersionDocument } from '../records.ts'
import { newId } from '../workspace/new-id.ts'
import type { StoredFile } from '../workspace/content-store.ts'
import { liesIn } from '../workspace/lies-in.ts'

/** The protobuf format itself ends at 2 GB. */
const largestFile = 2 ** 31 - 1
const loadTimeoutMs = 120_000
/** The graph, in the folder in which it is run; weights lie beside it under the names that the graph gives them. */
const graphName = 'model.onnx'

interface External {
  /** As the graph names it, with / between folders. */
  readonly location: string
  readonly path: string
}

async function readBytes(path: string): Promise<Uint8Array> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new AssayError({
      code: 'model/unreadable',
      message: `${basename(path)} cannot be read (${error.code}).`,
      remedy: 'Check that the file exists and that you may read it.',
    })
  })
  if (!info.isFile()) {
    throw new AssayError({
      code: 'model/unreadable',
      message: `${basename(path)} is not a file.`,
      remedy: 'Choose an .onnx file.',
    })
  }
  if (info.size > largestFile) {
    throw new AssayError({
      code: 'model/too-large',
      message: `${basename(path)} has ${info.size} bytes; a protobuf holds at most ${largestFile}.`,
      remedy: 'Export the model with external data.',
      where: { bytes: info.size },
    })
  }
  return readFile(path)
}

/** External data must stay inside the model's own folder, links followed. */
async function findExternal(modelPath: string, inspection: ModelInspection): Promise<External[]> {
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

/**
 * Looks at a file without storing anything.
 * @throws AssayError model/* with the first reason to refuse it
 */
async function inspectFile(path: string): Promise<{ bytes: Uint8Array; inspection: ModelInspection }> {
  const bytes = await readBytes(path)
  const inspection = inspectBytes(bytes)
  const [problem] = inspection.problems
  if (problem) throw new AssayError(problem)
  return { bytes, inspection }
}

function inspectBytes(bytes: Uint8Array): ModelInspection {
  return inspectModel(readModel(bytes), bytes.length)
}

/** What is known of a file that Assay made itself from another version. */
export interface Derived {
  /** Shown in place of the temporary file's name. */
  readonly fileName: string
  /** What was changed, in words. */
  readonly edits: readonly string[]
  /** What a reader of its evaluations must know. */
  readonly findings: readonly EvidenceFinding[]
  /** For the audit log. */
  readonly event: string
  readonly detail: Readonly<Record<string, unknown>>
  /** Runs inside the transaction that stores the version. */
  readonly record: (id: VersionId, time: string) => void
}

export async function importModel(
  engine: Engine,
  path: string,
  options: { name?: string | undefined; binding?: Binding | undefined; derived?: Derived },
  context: JobContext,
): Promise<VersionId> {
  const { workspace } = engine
  const total = 4
  context.progress({ step: 'Reading the graph', done: 0, total, unit: 'steps' })
  const { bytes, inspection } = await inspectFile(path)
  const externals = await findExternal(path, inspection)
  context.progress({ step: 'Removing ZipMap', done: 1 })
  const edit = removeZipMap(readModel(bytes))
  const served = edit.changed ? inspectBytes(edit.bytes) : inspection
  const { derived } = options
  const fileName = derived?.fileName ?? basename(path)
  const edits = [
    ...(derived?.edits ?? []),
    ...edit.removed.map(
      (zip) =>
        `Removed the ZipMap in front of "${zip.output}", which no ONNX Runtime for Node can return; its class names are kept.`,
    ),
  ]
  const notTensor = served.outputs.filter((output) => output.kind !== 'tensor')
  if (notTensor.length === served.outputs.length) {
    throw new AssayError({
      code: 'model/unsupported-output',
      message: `The model's outputs (${notTensor.map((output) => `${output.name}: ${output.kind}`).join(', ')}) are not tensors.`,
      remedy: 'Export the model with tensor outputs.',
    })
  }

  context.progress({ step: 'Loading it once', done: 2 })
  const folder = workspace.temporary('.model')
  const original = workspace.temporary('.onnx')
  try {
    await mkdir(folder)
    const servedPath = join(folder, graphName)
    await writeFile(servedPath, edit.bytes)
    for (const external of externals) {
      const target = join(folder, external.location)
      await mkdir(dirname(target), { recursive: true })
      await copyFile(external.path, target)
    }
    // Whoever imports a model mostly scores with it next.
    const servedSha256 = createHash('sha256').update(edit.bytes).digest('hex')
    const loaded = await engine.keptScorer
      .use(servedSha256, (scorer) =>
        scorer.ask({ type: 'load', modelPath: servedPath }, 'loaded', {
          signal: context.signal,
          timeoutMs: loadTimeoutMs,
        }),
      )
      .catch((error: unknown) => {
        if (error instanceof AssayError && error.code === 'score/crashed') {
          throw new AssayError({
            code: 'model/crashes-runtime',
            message: 'ONNX Runtime crashed while it loaded this model.',
            remedy: 'Do not use this file. Export the model again.',
          })
        }
        throw error
      })

    context.progress({ step: 'Storing it', done: 3 })
    await writeFile(original, bytes)
    context.signal.throwIfAborted()
    const stored = await workspace.files.take(original)
    const servedFile = edit.changed ? await workspace.files.take(servedPath) : stored
    const externalFiles: { location: string; file: StoredFile }[] = []
    for (const external of externals) {
      externalFiles.push({
        location: external.location,
        file: await workspace.files.take(join(folder, external.location)),
      })
    }
    const name = options.name ?? (basename(path, extname(path)) || 'model')
    const findings: EvidenceFinding[] = [
      ...(derived?.findings ?? []),
      ...inspection.notes.map((note) => ({
        code: note.code,
        severity: note.code === 'model/nan-weights' ? ('warning' as const) : ('note' as const),
        message: note.message,
        remedy: note.remedy,
        ...(note.where ? { where: { ...note.where } } : {}),
      })),
    ]
    const id = newId<VersionId>('mv')
    const detail = { name, file: fileName, sha256: stored.sha256, ...derived?.detail }
    workspace.change(derived?.event ?? 'model imported', id, detail, (time) => {
      const { ledger, files } = workspace
      files.record(stored, 'model', time)
      if (edit.changed) files.record(servedFile, 'served model', time)
      for (const external of externalFiles) files.record(external.file, 'model data', time)
      let model = ledger.prepare('SELECT id FROM model WHERE name = ?').get(name) as { id: ModelId } | undefined
      if (!model) {
        model = { id: newId<ModelId>('md') }
        ledger.prepare('INSERT INTO model VALUES (?, ?, ?)').run(model.id, name, time)
      }
      const { next } = ledger
        .prepare('SELECT coalesce(max(version), 0) + 1 AS next FROM version WHERE model_id = ?')
        .get(model.id) as { next: number }
      const document: VersionDocument = {
        id,
        modelId: model.id,
        createdAt: time,
        fileName,
        bytes: bytes.length,
        sha256: stored.sha256,
        servedSha256: servedFile.sha256,
        irVersion: inspection.irVersion,
        opsets: inspection.opsets.map((opset) => ({ ...opset })),
        producer: [inspection.producerName, inspection.producerVersion].filter(Boolean).join(' '),
        metadata: { ...inspection.metadata },
        // Shapes as the runtime infers them where it can, names and order as in the file.
        inputs: loaded.inputs,
        outputs: loaded.outputs.filter((output) => output.kind === 'tensor'),
        operators: inspection.operators.map((operator) => ({ ...operator })),
        parameters: inspection.parameterCount,
        classLabels: inspection.classLabels ? inspection.classLabels.values.map(String) : null,
        finalActivation: { ...served.finalActivation },
        edits,
        findings,
      }
      ledger
        .prepare('INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          id,
          model.id,
          next,
          time,
          stored.sha256,
          servedFile.sha256,
          JSON.stringify(document),
          options.binding ? JSON.stringify(options.binding) : null,
          options.binding ? 'user' : null,
        )
      for (const external of externalFiles) {
        ledger.prepare('INSERT INTO version_file VALUES (?, ?, ?)').run(id, external.location, external.file.sha256)
      }
      derived?.record(id, time)
    })
    engine.jobs.changed('models')
    context.progress({ step: 'Done', done: total })
    return id
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(original, { force: true })
  }
}

/**
 * A path at which ONNX Runtime can open a version: the stored file itself, or, where the weights are external, a folder
 * with the names that the graph asks for. That folder is made once while the workspace is open, and swept with tmp/.
 */
export async function runnablePath(engine: Engine, versionId: VersionId, servedSha256: string): Promise<string> {
  const { workspace } = engine
  const externals = workspace.ledger
    .prepare('SELECT location, sha256 FROM version_file WHERE version_id = ?')
    .all(versionId) as { location: string; sha256: string }[]
  if (externals.length === 0) return workspace.files.path(servedSha256)
  const folder = join(workspace.folder, 'tmp', `served-${versionId}`)
  const path = join(folder, graphName)
  if (await stat(folder).catch(() => null)) return path
  const making = workspace.temporary('.served')
  for (const external of [...externals, { location: graphName, sha256: servedSha256 }]) {
    const target = join(making, external.location)
    await mkdir(dirname(target), { recursive: true })
    // Copied, not linked: ONNX Runtime resolves links and refuses weights outside the folder.
    await copyFile(workspace.files.path(external.sha256), target)
  }
  await rename(making, folder).catch(async (error: unknown) => {
    // Another call was first; its folder is the same.
    await rm(making, { recursive: true, force: true })
    if (!(await stat(folder).catch(() => null))) throw error
  })
  return path
}
