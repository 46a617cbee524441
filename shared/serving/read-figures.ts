/** The server's Prometheus text as the few figures that a person looks at. */
import type { ServerFigures } from '../contract/try.ts'

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(NaN|[+-]?(?:Inf|[\d.]+(?:e[+-]?\d+)?))(?:\s|$)/i
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g

export function readSamples(text: string): Sample[] {
  return text.split('\n').flatMap((row) => {
    const [, name, labels, value] = row.startsWith('#') ? [] : (line.exec(row) ?? [])
    if (name === undefined) return []
    const pairs = [...(labels ?? '').matchAll(label)].map(([, key, quoted]) => [
      key!,
      quoted!.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    ])
    return [
      {
        name,
        labels: Object.fromEntries(pairs) as Record<string, string>,
        value: Number(value!.replace('Inf', 'Infinity')),
      },
    ]
  })
}

/** Within a bucket every value counts as equally likely, as Prometheus' histogram_quantile has it. */
function quantileOf(buckets: readonly { readonly edge: number; readonly n: number }[], q: number): number {
  const total = buckets.at(-1)!.n
  const rank = q * total
  const at = buckets.findIndex(({ n }) => n >= rank)
  const low = at === 0 ? 0 : buckets[at - 1]!.edge
  const below = at === 0 ? 0 : buckets[at - 1]!.n
  const { edge, n } = buckets[at]!
  if (!Number.isFinite(edge)) return low
  return n === below ? edge : low + ((edge - low) * (rank - below)) / (n - below)
}

export function readFigures(text: string): ServerFigures {
  const samples = readSamples(text)
  const of = (name: string): Sample[] => samples.filter((sample) => sample.name === name)
  const sum = (name: string, keep: (sample: Sample) => boolean = () => true): number =>
    of(name).reduce((total, sample) => total + (keep(sample) ? sample.value : 0), 0)
  const mean = (name: string): number | null => {
    const n = sum(`${name}_count`)
    return n === 0 ? null : sum(`${name}_sum`) / n
  }
  const byEdge = new Map<number, number>()
  for (const { labels, value } of of('assay_request_seconds_bucket')) {
    const edge = labels['le'] === '+Inf' ? Infinity : Number(labels['le'])
    byEdge.set(edge, (byEdge.get(edge) ?? 0) + value)
  }
  const buckets = [...byEdge].map(([edge, n]) => ({ edge, n })).sort((a, b) => a.edge - b.edge)
  const timed = (buckets.at(-1)?.n ?? 0) > 0
  const ms = (q: number): number => quantileOf(buckets, q) * 1000
  const model = mean('assay_model_seconds')
  return {
    requests: sum('assay_requests_total'),
    refused: sum('assay_requests_total', ({ labels }) => labels['code'] !== 'ok'),
    rows: sum('assay_rows_total'),
    latencyMs: timed ? { p50: ms(0.5), p95: ms(0.95), p99: ms(0.99) } : null,
    modelMs: model === null ? null : model * 1000,
    batchRows: mean('assay_batch_rows'),
    memoryBytes: of('process_resident_memory_bytes')[0]?.value ?? null,
    drift: of('assay_input_psi')
      .map(({ labels, value }) => ({ column: labels['column'] ?? '', psi: value }))
      .filter(({ psi }) => Number.isFinite(psi))
      .sort((a, b) => b.psi - a.psi),
    warnings: sum('assay_input_warnings_total'),
  }
}
