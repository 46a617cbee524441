/** Requests, limits and numbers of pods, from what the proof measured, or from the model's size where nothing was. */
import type { KitFacts } from './facts.ts'

const mebi = 1024 * 1024

export interface Sizing {
  readonly memoryRequestMi: number
  readonly memoryLimitMi: number
  readonly cpuRequest: string
  readonly cpuLimit: string
  /** Threads of ONNX Runtime: a pod sees the node's cores, not its own share. */
  readonly threads: number
  readonly minReplicas: number
  readonly maxReplicas: number
  /** Requests a second that the gateway lets through, all pods together. */
  readonly requestsPerSecond: number
  /** How the numbers were found, in words. */
  readonly basis: string
}

const upTo32 = (mebibytes: number): number => Math.ceil(mebibytes / 32) * 32

/** Node, ONNX Runtime and the server without a model. */
const runtimeMi = 160

export function sizingOf({ measured, modelBytes }: Pick<KitFacts, 'measured' | 'modelBytes'>): Sizing {
  const residentMi = measured ? measured.residentBytes / mebi : runtimeMi + (3 * modelBytes) / mebi
  const memoryRequestMi = upTo32(Math.max(128, residentMi * 1.25))
  const maxReplicas = 10
  // Half of what one pod answers, one request after another: at that load p99 stays under three times the model's time.
  const perPod = measured && measured.meanMs > 0 ? 500 / measured.meanMs : 10
  const memory = measured
    ? `The proof measured ${Math.round(residentMi)} MiB resident memory; requested is a quarter more, the limit is twice that.`
    : `Nothing was measured: memory is ${runtimeMi} MiB for the runtime and three times the model file. Measure before production (assay release with its proof).`
  const rate = measured
    ? `A request of one row took ${measured.meanMs.toFixed(2)} ms on average (n = ${measured.requests}, loopback); half of that rate times ${maxReplicas} pods is what the gateway lets through.`
    : `The gateway lets 10 requests a second through for each of ${maxReplicas} pods.`
  return {
    memoryRequestMi,
    memoryLimitMi: memoryRequestMi * 2,
    cpuRequest: '500m',
    cpuLimit: '2',
    threads: 1,
    minReplicas: 2,
    maxReplicas,
    requestsPerSecond: Math.max(1, Math.floor(perPod * maxReplicas)),
    basis: `${memory} ${rate}`,
  }
}
