/**
 * The bill of materials of a release: CycloneDX 1.6 (ECMA-424) with the model's card, its data and figures, and all
 * software that serves it.
 */
import type { Evidence } from '../contract/run.ts'
import type { ReleaseManifest } from './release-manifest.ts'

/** An npm package in the server's bundle. The licence is an SPDX expression; null where its package says none. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  readonly license: string | null
}

export interface SystemPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
  readonly sha256: string
}

export interface SbomRequest {
  readonly manifest: ReleaseManifest
  readonly manifestSha256: string
  readonly evidence: Evidence
  readonly versions: { readonly node: string; readonly onnxruntime: string }
  /** The server's bundle and what is in it; null where it was not built, but run from its source. */
  readonly server: { readonly sha256: string; readonly packages: readonly BundledPackage[] } | null
  /** Null where no image was built: then nothing is known of the system underneath. */
  readonly image: {
    readonly name: string
    readonly architecture: string
    readonly digest: string
    readonly packages: readonly SystemPackage[]
  } | null
}

type Json = Readonly<Record<string, unknown>>

const hashes = (content: string): Json[] => [{ alg: 'SHA-256', content }]
const property = (name: string, value: unknown): Json => ({ name: `assay:${name}`, value: String(value) })

/** SPDX identifiers that the schema knows for sure; anything else is given as an expression. */
const common =
  /^(MIT|MIT-0|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|MPL-2\.0)$/
const licences = (expression: string | null): Json =>
  expression === null ? {} : { licenses: [common.test(expression) ? { license: { id: expression } } : { expression }] }

/** As their copyright files have it; their texts are in the image, in usr/share/doc. */
const debianLicences: Readonly<Record<string, string>> = {
  libc6: 'LGPL-2.1-or-later',
  'libstdc++6': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  'libgcc-s1': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  'ca-certificates': 'MPL-2.0',
  'base-files': 'GPL-2.0-or-later',
  netbase: 'GPL-2.0-only',
}

const encode = encodeURIComponent

function npmComponent({ name, version, license }: BundledPackage): Json {
  const purl = `pkg:npm/${name.split('/').map(encode).join('/')}@${encode(version)}`
  return { type: 'library', 'bom-ref': purl, name, version, ...licences(license), purl }
}

function debianComponent({ name, version, architecture, sha256 }: SystemPackage): Json {
  const purl = `pkg:deb/debian/${encode(name)}@${encode(version)}?arch=${architecture}`
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    hashes: hashes(sha256),
    ...licences(debianLicences[name] ?? null),
    purl,
  }
}

function modelComponent({ manifest, evidence }: SbomRequest): Json {
  const { metrics, task, model } = evidence
  const performanceMetrics = Object.entries(metrics).flatMap(([type, { value, low, high }]) =>
    value === null
      ? []
      : [
          {
            type,
            value: String(value),
            ...(low === null || high === null
              ? {}
              : { confidenceInterval: { lowerBound: String(low), upperBound: String(high) } }),
          },
        ],
  )
  return {
    type: 'machine-learning-model',
    'bom-ref': 'model',
    name: manifest.model.name,
    version: String(manifest.model.version),
    hashes: hashes(manifest.model.sha256),
    modelCard: {
      modelParameters: {
        task,
        datasets: [{ ref: 'dataset' }],
        inputs: manifest.inputs.map(({ name, type }) => ({ format: `${name}: ${type}` })),
        outputs: [{ format: `prediction of ${manifest.target}` }],
      },
      quantitativeAnalysis: { performanceMetrics },
    },
    properties: [
      property('parameters', model.parameters),
      property('producer', model.producer),
      property('opsets', model.opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ')),
      property('threshold', manifest.threshold ?? 'none'),
      property('confidence', evidence.confidence),
      property('rows used', `${evidence.rows.used} of ${evidence.rows.total}`),
      property('evidence sha256', manifest.evidence.sha256),
      property('approved by', manifest.approval.approvers.join(', ')),
      property('approved until', manifest.approval.expiresAt),
    ],
  }
}

function dataComponent({ evidence: { dataset } }: SbomRequest): Json {
  const protectedColumns = dataset.columns.filter((column) => column.protected).map((column) => column.name)
  return {
    type: 'data',
    'bom-ref': 'dataset',
    name: dataset.name,
    hashes: hashes(dataset.sourceSha256),
    data: [
      {
        type: 'dataset',
        name: dataset.fileName,
        description: 'The data on which the model was evaluated.',
        contents: {
          properties: [
            property('rows', dataset.rows),
            property('columns', dataset.columns.length),
            property('target', dataset.target),
          ],
        },
        ...(protectedColumns.length > 0 ? { sensitiveData: protectedColumns } : {}),
      },
    ],
  }
}

/** A name-based UUID (RFC 9562, version 8) of what it describes: the same release gives the same document. */
function serialOf(sha256: string): string {
  const hex = `${sha256.slice(0, 12)}8${sha256.slice(13, 16)}8${sha256.slice(17, 32)}`
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export function sbomOf(request: SbomRequest): Json {
  const { manifest, versions, server, image } = request
  const bundled = (server?.packages ?? []).map(npmComponent)
  const system = (image?.packages ?? []).map(debianComponent)
  const { node, onnxruntime } = versions
  const runtime: Json[] = [
    {
      type: 'application',
      'bom-ref': 'assay-serving',
      name: 'assay-serving',
      version: manifest.assay,
      ...(server ? { hashes: hashes(server.sha256) } : {}),
      ...licences('Apache-2.0'),
    },
    {
      type: 'platform',
      'bom-ref': 'node',
      name: 'node',
      version: node,
      cpe: `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*`,
      ...licences('MIT'),
      purl: `pkg:generic/node@${node}`,
    },
    { ...npmComponent({ name: 'onnxruntime-node', version: onnxruntime, license: 'MIT' }), 'bom-ref': 'onnxruntime' },
    // Of the same version: one depends on the other so.
    npmComponent({ name: 'onnxruntime-common', version: onnxruntime, license: 'MIT' }),
  ]
  const refs = (list: readonly Json[]): unknown[] => list.map((component) => component['bom-ref'])
  const components = [modelComponent(request), dataComponent(request), ...runtime, ...bundled, ...system]
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialOf(request.manifestSha256),
    version: 1,
    metadata: {
      timestamp: manifest.createdAt,
      tools: { components: [{ type: 'application', name: 'assay', version: manifest.assay }] },
      component: {
        type: image ? 'container' : 'application',
        'bom-ref': 'release',
        name: image ? image.name : manifest.model.served,
        version: image ? image.digest : String(manifest.model.version),
        description: `Serves ${manifest.model.name} ${manifest.model.version}, a model that predicts ${manifest.target}`,
        hashes: hashes(request.manifestSha256),
        ...(image ? { properties: [property('architecture', image.architecture)] } : {}),
      },
    },
    components,
    dependencies: [
      { ref: 'release', dependsOn: ['model', 'assay-serving', ...refs(system)] },
      { ref: 'model', dependsOn: ['dataset'] },
      { ref: 'assay-serving', dependsOn: ['node', 'onnxruntime', ...refs(bundled)] },
      { ref: 'onnxruntime', dependsOn: refs(runtime.slice(-1)) },
    ],
    compositions: [{ aggregate: server && image ? 'complete' : 'incomplete', assemblies: ['release'] }],
  }
}
