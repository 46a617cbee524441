/** Triton's names for what is counted (`nv_inference_*`). Durations are sums in microseconds, as Triton has them. */
import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Finished, Queue } from './metrics.ts'

export class TritonNames {
  readonly #labels: { readonly model: string; readonly version: string }
  readonly #counters = new Map<string, Counter<'model' | 'version'>>()

  constructor(registry: Registry, model: string, version: string, queue: Queue) {
    this.#labels = { model, version }
    const counters: Readonly<Record<string, string>> = {
      nv_inference_request_success: 'Requests that were answered',
      nv_inference_request_failure: 'Requests that were refused or failed',
      nv_inference_count: 'Rows that were scored',
      nv_inference_exec_count: 'Runs of the model',
      nv_inference_request_duration_us: 'Time of requests',
      nv_inference_queue_duration_us: 'Time in the queue',
      nv_inference_compute_input_duration_us: 'Time of reading inputs',
      nv_inference_compute_infer_duration_us: 'Time of runs',
      nv_inference_compute_output_duration_us: 'Time of writing outputs',
    }
    for (const [name, help] of Object.entries(counters)) {
      const counter = new Counter({ name, help, labelNames: ['model', 'version'], registers: [registry] })
      // A series that is absent until the first event breaks rate() over it.
      counter.inc(this.#labels, 0)
      this.#counters.set(name, counter)
    }
    const labels = this.#labels
    new Gauge({
      name: 'nv_inference_pending_request_count',
      help: 'Requests that wait',
      labelNames: ['model', 'version'],
      registers: [registry],
      collect() {
        this.set(labels, queue.queuedRequests)
      },
    })
  }

  #add(name: string, value: number): void {
    this.#counters.get(`nv_inference_${name}`)!.inc(this.#labels, value)
  }

  finished({ code, rows, totalMs, inputMs, queueMs, runMs, outputMs }: Finished): void {
    if (code !== 'ok') {
      this.#add('request_failure', 1)
      return
    }
    this.#add('request_success', 1)
    this.#add('count', rows)
    this.#add('request_duration_us', totalMs * 1000)
    this.#add('queue_duration_us', queueMs * 1000)
    this.#add('compute_input_duration_us', inputMs * 1000)
    this.#add('compute_infer_duration_us', runMs * 1000)
    this.#add('compute_output_duration_us', outputMs * 1000)
  }

  ran(): void {
    this.#add('exec_count', 1)
  }
}
