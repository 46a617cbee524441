/** Release kits for tests: facts with ordinary or hostile names, objects read back, queries taken apart. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parser } from '@prometheus-io/lezer-promql'
import { parseAllDocuments } from 'yaml'
import type { KitFacts, KitFile } from '../../shared/release-kit/facts.ts'
import { servedName } from '../../shared/serving/release-manifest.ts'
import type { KubernetesObject } from './kit-objects.ts'
import type { ReleaseManifest } from '../../shared/serving/release-manifest.ts'

const hex = (digit: string) => digit.repeat(64)

/** Everything that a name can do to YAML, PromQL, templates of Argo, Prometheus and Grafana, Markdown and a shell. */
export const hostileNames = [
  'plain',
  'yes',
  '0777',
  '1e3',
  '~',
  'a: b\n- c: {d: "e"}\n---\nkind: ClusterRoleBinding',
  '"; rm -rf / #',
  '\'\\"` $(id) ${HOME} $(JOB_NAME)',
  '{{ .Values.x }} {{args.namespace}} {{ $labels.job }} $namespace [[x]]',
  '<script>alert(1)</script> | a `code` ``` fence',
  '\u202e\ud83d\ude00 \u0000 \u2028 é',
  'x'.repeat(300),
] as const

export function kitFacts(name = 'Churn model', more: Partial<KitFacts> = {}): KitFacts {
  const manifest = {
    model: { name, served: servedName(name), version: 3, sha256: hex('a') },
    target: name,
    inputs: [],
    evidence: { sha256: hex('b'), runId: 'run_1', scoresSha256: hex('c') },
    approval: { sha256: hex('d'), expiresAt: '2027-01-01T00:00:00.000Z', approvers: [name] },
  }
  return {
    // Only what a kit reads of it.
    manifest: manifest as unknown as ReleaseManifest,
    manifestSha256: hex('e'),
    modelBytes: 1_000_000,
    approvers: [{ name, fingerprint: hex('1') }],
    releaser: { name, fingerprint: hex('2') },
    policy: null,
    image: {
      repository: `registry.example.com/team/${servedName(name)}`,
      tag: '3',
      digest: `sha256:${hex('f')}`,
      architecture: 'amd64',
    },
    measured: {
      requests: 500,
      p50Ms: 0.8,
      p99Ms: 2.5,
      meanMs: 1,
      residentBytes: 200 * 1024 * 1024,
      processors: 2,
    },
    place: { namespace: 'models', host: 'churn.example.com' },
    ...more,
  }
}

/** As Kubernetes reads it: YAML 1.1. */
export function readDocuments(text: string): unknown[] {
  return parseAllDocuments(text, { version: '1.1' }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!
    return document.toJS() as unknown
  })
}

const readObjects = (text: string): KubernetesObject[] => readDocuments(text) as KubernetesObject[]

/** Objects of the kit's files as they are, without kustomizations. */
export function objectsOf(files: readonly KitFile[]): KubernetesObject[] {
  return files
    .filter(({ path }) => path.endsWith('.yaml') && !/kustomization\.yaml$|alerts\./.test(path))
    .flatMap(({ text }) => readObjects(text))
}

/** Writes the kit into a folder, for as long as `work` runs. */
export function withKit<T>(files: readonly KitFile[], work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'assay-kit-'))
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const whyNoKubectl =
  spawnSync('kubectl', ['kustomize', '--help']).status === 0
    ? null
    : 'kubectl, which builds kustomizations, is not here'
export const whyNoPromtool =
  spawnSync('promtool', ['--version']).status === 0 ? null : 'promtool (Debian: prometheus) is not here'

export function build(folder: string, overlay: string): KubernetesObject[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', join(folder, overlay)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return readObjects(stdout)
}

export const overlays = [
  'overlays/staging',
  'overlays/production',
  'overlays/canary',
  'kserve',
  'batch/once',
  'batch/nightly',
] as const

export interface Query {
  readonly metrics: ReadonlySet<string>
  /** Labels that a selector asks for, with the metric. */
  readonly labels: readonly (readonly [metric: string, label: string])[]
}

/** Takes a query apart with Prometheus's own grammar. @throws where it does not parse */
export function readQuery(text: string): Query {
  // Variables of Grafana and arguments of Argo are filled in before Prometheus reads the text.
  const query = text.replaceAll('$__rate_interval', '5m').replaceAll(/\{\{args\.[a-z-]+\}\}/g, 'x')
  const metrics = new Set<string>()
  const labels: [string, string][] = []
  let metric = ''
  parser.parse(query).iterate({
    enter: ({ type, from, to }) => {
      const piece = query.slice(from, to)
      if (type.isError) throw new Error(`not PromQL at ${from}: ${query}`)
      if (type.name === 'Identifier') {
        metric = piece
        metrics.add(piece)
      } else if (type.name === 'LabelName' && /[=~!]/.test(query.slice(to, to + 2))) labels.push([metric, piece])
    },
  })
  return { metrics, labels }
}

/** Every query of a kit, with where it stands. */
export function queriesOf(files: readonly KitFile[]): { readonly where: string; readonly query: string }[] {
  const found: { where: string; query: string }[] = []
  for (const object of objectsOf(files)) {
    if (object.kind === 'AnalysisTemplate')
      for (const metric of object.spec.metrics)
        found.push({ where: `analysis ${metric.name}`, query: metric.provider.prometheus.query })
    if (object.kind === 'PrometheusRule')
      for (const rule of object.spec.groups.flatMap((group) => group.rules))
        found.push({ where: `alert ${rule.alert}`, query: String(rule.expr) })
  }
  const { panels } = JSON.parse(files.find(({ path }) => path.endsWith('dashboard.json'))!.text) as {
    panels: { title: string; targets: { expr: string }[] }[]
  }
  for (const { title, targets } of panels)
    for (const { expr } of targets) found.push({ where: `panel ${title}`, query: expr })
  return found
}
