/**
 * Takes an ONNX file into the workspace: read from the protobuf, checked, ZipMap removed, loaded once by ONNX Runtime in
 * a process that may die of it, and only then stored.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { VersionId } from '../../../shared/contract/ids.ts'
import type { Binding } from '../../../shared/contract/model.ts'
import { inspectModel } from '../../../shared/onnx/inspect-model.ts'
import type { ModelInspection } from '../../../shared/onnx/inspect-model.ts'
import { readModel } from '../../../shared/onnx/read-model.ts'
import { removeZipMap } from '../../../shared/onnx/remove-zip-map.ts'
import type { Engine } from '../engine.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { StoredFile } from '../workspace/content-store.ts'
import { copyInto, findExternal, graphName } from './external-data.ts'
import { recordVersion } from './record-version.ts'

/** The protobuf format itself ends at 2 GB. */
const largestFile = 2 ** 31 - 1
const loadTimeoutMs = 120_000

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

/**
 * Opened once in a process that may die of it, and is kept: whoever imports a model mostly scores with it next.
 * @throws AssayError model/crashes-runtime, and what ONNX Runtime says
 */
function loadOnce(engine: Engine, graph: Uint8Array, modelPath: string, signal: AbortSignal) {
  const servedSha256 = createHash('sha256').update(graph).digest('hex')
  return engine.keptScorer
    .use(servedSha256, (scorer) =>
      scorer.ask({ type: 'load', modelPath }, 'loaded', { signal, timeoutMs: loadTimeoutMs }),
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
}

/** @throws AssayError model/unsupported-output where no output is a tensor */
function refuseWithoutTensors({ outputs }: ModelInspection): void {
  if (outputs.some((output) => output.kind === 'tensor')) return
  throw new AssayError({
    code: 'model/unsupported-output',
    message: `The model's outputs (${outputs.map((output) => `${output.name}: ${output.kind}`).join(', ')}) are not tensors.`,
    remedy: 'Export the model with tensor outputs.',
  })
}

const findingsOf = ({ notes }: ModelInspection): EvidenceFinding[] =>
  notes.map((note) => ({
    code: note.code,
    severity: note.code === 'model/nan-weights' ? ('warning' as const) : ('note' as const),
    message: note.message,
    remedy: note.remedy,
    ...(note.where ? { where: { ...note.where } } : {}),
  }))

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
  refuseWithoutTensors(served)

  context.progress({ step: 'Loading it once', done: 2 })
  const folder = workspace.temporary('.model')
  const original = workspace.temporary('.onnx')
  try {
    await mkdir(folder)
    const servedPath = join(folder, graphName)
    await writeFile(servedPath, edit.bytes)
    for (const external of externals) await copyInto(folder, external.location, external.path)
    const loaded = await loadOnce(engine, edit.bytes, servedPath, context.signal)

    context.progress({ step: 'Storing it', done: 3 })
    await writeFile(original, bytes)
    context.signal.throwIfAborted()
    const stored = await workspace.files.take(original)
    const servedFile = edit.changed ? await workspace.files.take(servedPath) : stored
    const externalFiles: { location: string; file: StoredFile }[] = []
    for (const { location } of externals)
      externalFiles.push({ location, file: await workspace.files.take(join(folder, location)) })
    const { derived } = options
    const name = options.name ?? (basename(path, extname(path)) || 'model')
    const fileName = derived?.fileName ?? basename(path)
    const id = recordVersion(workspace, {
      name,
      stored,
      served: servedFile,
      externals: externalFiles,
      document: {
        fileName,
        bytes: bytes.length,
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
        edits: [
          ...(derived?.edits ?? []),
          ...edit.removed.map(
            (zip) =>
              `Removed the ZipMap in front of "${zip.output}", which no ONNX Runtime for Node can return; its class names are kept.`,
          ),
        ],
        findings: [...(derived?.findings ?? []), ...findingsOf(inspection)],
      },
      binding: options.binding,
      event: derived?.event ?? 'model imported',
      detail: { name, file: fileName, sha256: stored.sha256, ...derived?.detail },
      record: derived?.record ?? (() => undefined),
    })
    engine.jobs.changed('models')
    context.progress({ step: 'Done', done: total })
    return id
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(original, { force: true })
  }
}
