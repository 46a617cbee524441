/**
 * Keys that an object's type does not have, found by the TypeScript compiler: it refuses unknown keys of literals, which
 * the validators of kubernetes-models let pass.
 */
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './engine.ts'

const modules: Readonly<Record<string, string>> = {
  AnalysisTemplate: '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate',
  BackendTrafficPolicy: './shared/release-kit/network.ts',
  CronJob: 'kubernetes-models/batch/v1/CronJob',
  Deployment: 'kubernetes-models/apps/v1/Deployment',
  GRPCRoute: '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/GRPCRoute',
  HTTPRoute: '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute',
  HorizontalPodAutoscaler: 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler',
  InferenceService: './shared/release-kit/kserve.ts',
  Job: 'kubernetes-models/batch/v1/Job',
  NetworkPolicy: 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy',
  PersistentVolumeClaim: 'kubernetes-models/v1/PersistentVolumeClaim',
  PodDisruptionBudget: 'kubernetes-models/policy/v1/PodDisruptionBudget',
  PrometheusRule: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule',
  Rollout: '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout',
  Service: 'kubernetes-models/v1/Service',
  ServiceAccount: 'kubernetes-models/v1/ServiceAccount',
  ServiceMonitor: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor',
}

const typeOf = (kind: string): string => (modules[kind]!.startsWith('.') ? kind : `I${kind}`)

/** @returns what the compiler says of the objects, written as literals of their types */
export function unknownKeys(objects: readonly { readonly kind: string }[]): string[] {
  const kinds = [...new Set(objects.map(({ kind }) => kind))]
  const source = [
    ...kinds.map((kind) => `import type { ${typeOf(kind)} } from '${modules[kind]}'`),
    ...objects.map((object, k) => `export const object${k}: ${typeOf(object.kind)} = ${JSON.stringify(object)}`),
  ].join('\n')
  const name = join(root, 'objects-of-a-kit.ts')
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    skipDefaultLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (path) => path === name || fileExists(path)
  host.getSourceFile = (path, ...rest) =>
    path === name ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2022) : getSourceFile.call(host, path, ...rest)
  const program = ts.createProgram([name], options, host)
  const file = program.getSourceFile(name)!
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, ' '),
  )
}
