/** The WebGPU provider, for real: on a GPU where there is one, else on the software adapter that Electron brings. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestEngine, root, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

const runtimeFile = join(root, '.cache/runtime.json')
const adapter = existsSync(runtimeFile)
  ? join(
      (JSON.parse(readFileSync(runtimeFile, 'utf8')) as { electronFolder: string }).electronFolder,
      'vk_swiftshader_icd.json',
    )
  : ''
const available = process.platform === 'linux' && existsSync(adapter)
if (!available) console.warn('skipped: no software Vulkan adapter beside the Electron runtime')

describe.skipIf(!available)('WebGPU', () => {
  let test: TestEngine
  beforeAll(async () => {
    process.env['VK_ICD_FILENAMES'] = adapter
    process.env['XDG_RUNTIME_DIR'] ??= '/tmp'
    // Where the system has no Vulkan loader, Electron's own serves; the scorer inherits this.
    process.env['LD_LIBRARY_PATH'] = dirname(adapter)
    test = await openTestEngine()
  })
  afterAll(async () => {
    await test.close()
    delete process.env['VK_ICD_FILENAMES']
    delete process.env['LD_LIBRARY_PATH']
  })

  it('is found by the probe, with its difference from the CPU', async () => {
    const devices = await test.call.devices.list({ refresh: true })
    expect(devices.find((device) => device.name === 'webgpu')).toMatchObject({ available: true })
    expect(devices.find((device) => device.name === 'webgpu')!.parity).toBeLessThan(1e-5)
  })

  it('scores the digits as the CPU does, and stores the parity', async () => {
    const dataset = await test.importDataset(join(samples, 'digits/holdout.csv'), {
      target: 'label',
      task: 'multiclass',
    })
    const version = await test.importModel(join(samples, 'digits/mlp.onnx'))
    const onCpu = await test.evaluate(await test.score(version, dataset, { device: 'cpu' }))
    const run = await test.score(version, dataset, { device: 'webgpu' })
    expect(run.stats).toMatchObject({ device: 'webgpu' })
    expect(run.stats!.parity).toBeLessThan(1e-4)
    const onGpu = await test.evaluate(run)
    expect(onGpu.metrics['accuracy']!.value).toBe(onCpu.metrics['accuracy']!.value)
    expect(onGpu.metrics['log_loss']!.value).toBeCloseTo(onCpu.metrics['log_loss']!.value!, 4)
  })

  it('a device that is not there is refused with a code, never replaced in silence', async () => {
    const dataset = await test.importDataset(join(samples, 'wine/holdout.csv'), {
      target: 'cultivar',
      task: 'multiclass',
    })
    const version = await test.importModel(join(samples, 'wine/random-forest.onnx'))
    const { jobId, runId } = await test.call.runs.score({
      versionId: version.id,
      datasetId: dataset.id,
      device: 'cuda',
    })
    const job = await test.engine.jobs.finished(jobId)
    expect(job.error?.code).toMatch(/^device\//)
    expect((await test.call.runs.get({ id: runId })).state).toBe('failed')
  })
})
