/**
 * ONNX Runtime, in this process alone. Its `run` blocks the thread and its native code can crash, which is why the
 * scorer is a process of its own.
 */
import { createRequire } from 'node:module'
import type * as Ort from 'onnxruntime-node'
import { AssayError } from '../../shared/contract/errors.ts'
import type { DeviceName } from '../../shared/contract/run.ts'
import { runtimeMessage } from '../../shared/scoring/runtime-message.ts'

// Read by the native library when it loads: without it, it opens sockets and writes files outside the workspace.
process.env['ORT_DISABLE_TELEMETRY'] = '1'
export const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort

export type Session = Ort.InferenceSession
export type Tensor = Ort.Tensor
export type Feeds = Record<string, Tensor>

const providers: Record<DeviceName, string> = {
  cpu: 'cpu',
  webgpu: 'webgpu',
  cuda: 'cuda',
  tensorrt: 'tensorrt',
  directml: 'dml',
  coreml: 'coreml',
}

/** The provider is the only one asked for: a device that cannot run must say so, never fall back in silence. */
export async function openSession(modelPath: string, device: DeviceName, threads: number): Promise<Session> {
  try {
    return await ort.InferenceSession.create(modelPath, {
      executionProviders: [providers[device]],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // 4 is fatal only: native messages would otherwise go to standard error, past our coded errors.
      logSeverityLevel: 4,
      // Warm-up buffers are sized by the first batch; other sizes follow, so a fixed pattern only holds memory.
      enableMemPattern: device !== 'directml',
      // Threads that spin between batches take the cores from DuckDB, which reads the next chunk meanwhile: without
      // spinning a run takes a fifth less processor time.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
  } catch (error) {
    if (/Failed to construct locale/.test(String(error))) {
      throw new AssayError({
        code: 'model/locale-missing',
        message: 'The model compares texts by the locale en_US.UTF-8, which this system does not have.',
        remedy: 'Install it. On Debian: apt-get install locales, then locale-gen en_US.UTF-8.',
      })
    }
    throw new AssayError({
      code: device === 'cpu' ? 'model/runtime-refused' : 'device/session-failed',
      message: `ONNX Runtime does not load this model on ${device}: ${runtimeMessage(error)}`,
      remedy:
        device === 'cpu'
          ? 'Check the file with the tool that exported it, or export it again.'
          : 'Score on another device: --device cpu.',
      where: { device },
    })
  }
}
