/** Which devices run here. Each is asked in a process of its own, because a broken driver may take it down. */
import { existsSync } from 'node:fs'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { Device, DeviceName } from '../../../shared/contract/run.ts'
import type { Engine } from '../engine.ts'
import { writeProbeModel } from './probe-model.ts'
import { withScorer } from './ask-scorer.ts'

const probeTimeoutMs = 60_000

const byPlatform: Record<string, readonly DeviceName[]> = {
  linux: ['cpu', 'webgpu', 'cuda', 'tensorrt'],
  win32: ['cpu', 'directml', 'webgpu', 'cuda'],
  darwin: ['cpu', 'coreml', 'webgpu'],
}

const cache = new WeakMap<Engine, Promise<Device[]>>()

export function listDevices(engine: Engine, refresh: boolean): Promise<Device[]> {
  let devices = refresh ? undefined : cache.get(engine)
  if (!devices) {
    devices = probeAll(engine)
    cache.set(engine, devices)
  }
  return devices
}

async function probeAll(engine: Engine): Promise<Device[]> {
  const modelPath = engine.workspace.temporary('.probe.onnx')
  await writeProbeModel(modelPath)
  const devices: Device[] = []
  // One after another: two drivers starting at once have crashed each other.
  for (const name of byPlatform[process.platform] ?? ['cpu']) devices.push(await probeOne(engine, name, modelPath))
  return devices
}

async function probeOne(engine: Engine, device: DeviceName, modelPath: string): Promise<Device> {
  if (device === 'webgpu' && process.platform === 'linux' && !hasVulkan()) {
    return { name: device, available: false, detail: 'no Vulkan driver is installed', parity: null }
  }
  try {
    const answer = await withScorer(engine.launcher, (scorer) =>
      scorer.ask({ type: 'probe', device, modelPath }, 'probed', { timeoutMs: probeTimeoutMs }),
    )
    return { name: device, available: true, detail: answer.detail, parity: answer.parity }
  } catch (error) {
    const crashed = error instanceof AssayError && error.code === 'score/crashed'
    const detail = crashed ? 'the driver crashed while it was asked' : (error as Error).message
    return {
      name: device,
      available: false,
      detail: detail.replace(/^ONNX Runtime does not load this model on \w+: /, ''),
      parity: null,
    }
  }
}

/** Dawn aborts the process where no Vulkan driver is listed, which would only look like a crash. */
function hasVulkan(): boolean {
  if (process.env['VK_ICD_FILENAMES'] || process.env['VK_DRIVER_FILES']) return true
  return ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'].some((folder) => existsSync(folder))
}

/** Devices that "auto" measures: a software adapter is a test device and never chosen by itself. */
export async function autoDevices(engine: Engine): Promise<DeviceName[]> {
  const devices = await listDevices(engine, false)
  const usable = devices.filter((device) => device.available && !device.detail.includes('software'))
  return usable.length > 0 ? usable.map((device) => device.name) : ['cpu']
}
