/** Asks a device to run a small model, in a process that may die of it, and compares the answer with the CPU's. */
import type { DeviceName } from '../../shared/contract/run.ts'
import type { FromScorer } from '../../shared/contract/scorer-messages.ts'
import { openSession, ort } from './runtime.ts'

const rows = 256

export async function probe(device: DeviceName, modelPath: string): Promise<Extract<FromScorer, { type: 'probed' }>> {
  const onDevice = await runOnce(device, modelPath)
  if (device === 'cpu') return { type: 'probed', detail: 'ONNX Runtime CPU', parity: null }
  const onCpu = await runOnce('cpu', modelPath)
  let parity = 0
  for (let index = 0; index < onCpu.length; index++)
    parity = Math.max(parity, Math.abs(onCpu[index]! - onDevice[index]!))
  const software = device === 'webgpu' && /swiftshader|lvp|llvmpipe/i.test(process.env['VK_ICD_FILENAMES'] ?? '')
  return {
    type: 'probed',
    detail: software ? 'software adapter (SwiftShader): for tests, slow' : 'ran the probe',
    parity,
  }
}

async function runOnce(device: DeviceName, modelPath: string): Promise<Float32Array> {
  const session = await openSession(modelPath, device, 1)
  const [input] = session.inputMetadata
  if (!input?.isTensor) throw new Error('The probe model has no input')
  const width = Number(input.shape[1])
  const data = Float32Array.from({ length: rows * width }, (_, index) => Math.sin(index))
  const result = await session.run({ [input.name]: new ort.Tensor('float32', data, [rows, width]) })
  const output = result[session.outputNames[0]!]!.data as Float32Array
  const copy = Float32Array.from(output)
  await session.release()
  return copy
}
