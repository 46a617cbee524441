/** What two versions do not have in common, in words. */
import type { ModelVersion } from '../contract/model.ts'
import type { VersionDifference } from '../contract/registry.ts'
import type { Evidence } from '../contract/run.ts'
import { intervalText } from '../format/interval.ts'
import { formatBytes, formatCount, formatMetric } from '../format/number.ts'

type Facts = ReadonlyMap<string, string>

function compare(area: VersionDifference['area'], first: Facts, second: Facts): VersionDifference[] {
  return [...new Set([...first.keys(), ...second.keys()])]
    .filter((what) => first.get(what) !== second.get(what))
    .map((what) => ({ area, what, first: first.get(what) ?? null, second: second.get(what) ?? null }))
}

function fileFacts(version: ModelVersion): Facts {
  return new Map([
    ['file', version.fileName],
    ['size', formatBytes(version.bytes)],
    ['sha256', version.sha256],
    ['graph that runs, sha256', version.servedSha256],
    ['producer', version.producer],
  ])
}

function graphFacts(version: ModelVersion): Facts {
  const tensor = (entry: ModelVersion['inputs'][number]): string =>
    `${entry.elementType ?? entry.kind} [${(entry.shape ?? []).map((dim) => dim ?? '?').join(', ')}]`
  return new Map([
    ['parameters', formatCount(version.parameters)],
    ['IR version', String(version.irVersion)],
    ...version.opsets.map((opset) => [`operator set ${opset.domain || 'ai.onnx'}`, String(opset.version)] as const),
    ...version.inputs.map((entry) => [`input ${entry.name}`, tensor(entry)] as const),
    ...version.outputs.map((entry) => [`output ${entry.name}`, tensor(entry)] as const),
    ...version.operators.map(
      (entry) =>
        [`operator ${entry.domain || 'ai.onnx'} ${entry.opType}`, `${formatCount(entry.count)} times`] as const,
    ),
  ])
}

/** Every leaf of the binding by its path. */
function bindingFacts(version: ModelVersion): Facts {
  const found = new Map<string, string>()
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) found.set(path, String(value))
    else if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object'))
      found.set(path, value.join(', '))
    else for (const [key, entry] of Object.entries(value)) walk(entry, path === '' ? key : `${path}.${key}`)
  }
  if (version.binding) walk(version.binding, '')
  return found
}

function metricFacts(evidence: Evidence): Facts {
  return new Map(
    Object.entries(evidence.metrics).map(([name, metric]) => {
      const interval = intervalText(metric)
      return [name, `${formatMetric(metric).value}${interval === null ? '' : ` (${interval})`}`]
    }),
  )
}

/** @param evidence of both on the same data; null where there is no such pair */
export function diffVersions(
  first: ModelVersion,
  second: ModelVersion,
  evidence: { readonly first: Evidence; readonly second: Evidence } | null,
): VersionDifference[] {
  return [
    ...compare('file', fileFacts(first), fileFacts(second)),
    ...compare('graph', graphFacts(first), graphFacts(second)),
    ...compare('binding', bindingFacts(first), bindingFacts(second)),
    ...(evidence ? compare('metrics', metricFacts(evidence.first), metricFacts(evidence.second)) : []),
  ]
}
