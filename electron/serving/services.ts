/** The releases that one server serves: which of them answers for a name and a version, and what holds for all. */
import { AggregatorRegistry, Registry, collectDefaultMetrics } from 'prom-client'
import { AssayError } from '../../shared/contract/errors.ts'
import type { Config } from './config.ts'
import type { TensorFacts } from './model/messages.ts'
import { protocolShape } from './protocol/infer.ts'
import { datatypeOf } from './protocol/tensor.ts'
import { Refusal } from './protocol/refusal.ts'
import type { Caller, Served, Service } from './service.ts'

interface TensorMetadata {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
}

export interface ModelMetadata {
  readonly name: string
  readonly versions: readonly string[]
  readonly platform: string
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly TensorMetadata[]
}

type ModelFacts = Service['model']

/** Before any is started. @throws AssayError release/twice, usage/setting where the default version is not there */
export function checkVersions(models: readonly ModelFacts[], { DEFAULT_VERSION: wanted }: Config): void {
  const twice = models.find((model, at) =>
    models.slice(0, at).some((other) => other.served === model.served && other.version === model.version),
  )
  if (twice)
    throw new AssayError({
      code: 'release/twice',
      message: `Two releases are "${twice.served}" in version ${twice.version}.`,
      remedy: 'Leave one of them out: callers could not tell them apart.',
    })
  if (wanted > 0 && !models.some(({ version }) => version === wanted))
    throw new AssayError({
      code: 'usage/setting',
      message: `ASSAY_DEFAULT_VERSION is ${wanted}, and no release has that version.`,
      remedy: 'Name the version of a release that is served, or leave it out.',
    })
}

export class Services {
  readonly all: readonly Service[]
  readonly config: Config
  /** Answers where no model is named: the default version of the model whose release came first. */
  readonly fallback: Service
  readonly #process = new Registry()

  constructor(all: readonly Service[], config: Config) {
    this.all = all
    this.config = config
    this.fallback = this.#default(all.filter(({ model }) => model.served === all[0]!.model.served))
    collectDefaultMetrics({ register: this.#process })
  }

  /** The version that the settings name, else the highest. */
  #default(versions: readonly Service[]): Service {
    const named = versions.find(({ model }) => model.version === this.config.DEFAULT_VERSION)
    return named ?? versions.reduce((best, other) => (other.model.version > best.model.version ? other : best))
  }

  /** Releases of one model, the oldest version first. @param name the served name, or the model's own */
  versionsOf(name: string): Service[] {
    return this.all
      .filter(({ model }) => name === model.served || name === model.name)
      .sort((a, b) => a.model.version - b.model.version)
  }

  /** @param version '' is the default one */
  lookup(name: string, version: string): Service | Refusal {
    const versions = this.versionsOf(name)
    const found = version === '' ? versions : versions.filter(({ model }) => String(model.version) === version)
    if (found.length > 0) return this.#default(found)
    return new Refusal(
      'model/unknown',
      `There is no model "${name}"${version === '' ? '' : ` in version ${version}`} here.`,
      `Ask for ${this.all.map(({ model }) => `"${model.served}" in version ${model.version}`).join(', ')}.`,
    )
  }

  /** @throws Refusal model/unknown */
  find(name: string, version: string): Service {
    const found = this.lookup(name, version)
    if (found instanceof Refusal) throw found
    return found
  }

  /** The protocol's metadata of a model. */
  describe({ model, session }: Service): ModelMetadata {
    const tensors = (list: readonly TensorFacts[]) =>
      list.map(({ name, type, shape }) => ({
        name,
        datatype: datatypeOf(type)?.name ?? type,
        shape: protocolShape(shape),
      }))
    return {
      name: model.served,
      versions: this.versionsOf(model.served).map((other) => String(other.model.version)),
      platform: 'onnx_onnxv1',
      inputs: tensors(session.inputs),
      outputs: tensors(session.outputs),
    }
  }

  /** Like `Service.answer`; a request for a model that is not here is counted as one of the fallback's. */
  answer<T extends { readonly served: Served }>(
    name: string,
    version: string,
    caller: Caller,
    work: (service: Service) => Promise<T>,
  ): Promise<T> {
    const found = this.lookup(name, version)
    if (!(found instanceof Refusal)) return found.answer(caller, () => work(found))
    return this.fallback.answer(caller, () => Promise.reject(found))
  }

  /** Why requests that name no model are not answered, or soon will not be: what a load balancer needs to know. */
  whyNotReady(): ReturnType<Service['whyNotReady']> {
    return this.fallback.whyNotReady()
  }

  get draining(): boolean {
    return this.fallback.draining
  }

  drain(): void {
    for (const service of this.all) service.draining = true
  }

  /** Of the process, and of each release under its model and version. */
  async metrics(): Promise<{ readonly type: string; readonly text: string }> {
    const each = await Promise.all(this.all.map(({ metrics }) => metrics.registry.getMetricsAsJSON()))
    const together = AggregatorRegistry.aggregate(each)
    const text = await Promise.all([this.#process.metrics(), together.metrics()])
    return { type: this.#process.contentType, text: text.join('\n') }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((service) => service.close()))
  }
}
