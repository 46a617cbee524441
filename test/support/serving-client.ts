/** A caller of the churn sample's server. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSamples } from '../../shared/serving/read-figures.ts'
import { releaseManifestSchema } from '../../shared/serving/release-manifest.ts'

/** The served name of the churn sample. */
export const model = 'gradient-boosting'
export async function post(
  base: string,
  path: string,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: never; text: string }> {
  const response = await fetch(`${base}${path}`, { method: 'POST', body, headers })
  const text = await response.text()
  let parsed: unknown = null
  try {
    parsed = JSON.parse(text)
  } catch {
    // Binary, or not for reading.
  }
  return { status: response.status, headers: response.headers, body: parsed as never, text }
}

/** The model's own tensors for golden rows. */
export function tensorsOf(folder: string, rows: readonly Record<string, unknown>[]) {
  const manifest = releaseManifestSchema.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')))
  return manifest.inputs.map((column) => ({
    name: column.name,
    datatype: column.type === 'string' ? 'BYTES' : 'FP32',
    shape: [rows.length, 1],
    data: rows.map((row) => row[column.name]),
  }))
}
export const infer = (base: string, body: object, headers = {}) =>
  post(base, `/v2/models/${model}/infer`, JSON.stringify(body), headers)

export interface V2 {
  id?: string
  model_name: string
  model_version: string
  outputs: { name: string; datatype: string; shape: number[]; data: unknown[] }[]
}

/** Sums a metric's series with these labels; NaN where there is none. */
export async function figuresOf(
  base: string,
): Promise<(name: string, labels?: Readonly<Record<string, string>>) => number> {
  const samples = readSamples(await (await fetch(`${base}/metrics`)).text())
  return (name, labels = {}) => {
    const found = samples.filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    return found.length === 0 ? NaN : found.reduce((sum, { value }) => sum + value, 0)
  }
}
