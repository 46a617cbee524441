/** Which field of a log holds what: paths into a line's object, and a guess from their names. */
import { givesOneNumber } from '../contract/dataset.ts'
import type { LogMapping } from '../contract/monitor.ts'
import type { Binding } from '../contract/model.ts'

type Step = string | number

/** `inputs.age`, `scores[0]`. A name that holds dots or brackets itself is found as it is first. */
export function readPath(path: string): readonly Step[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? name! : Number(index),
  )
}

/** @returns undefined where the object has no such field of its own */
export function valueAt(object: unknown, path: string, steps: readonly Step[] = readPath(path)): unknown {
  if (typeof object !== 'object' || object === null) return undefined
  if (Object.hasOwn(object, path)) return (object as Record<string, unknown>)[path]
  let value: unknown = object
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<Step, unknown>)[step]
  }
  return value
}

/** Fields of an object, those of objects inside it by their path; lists by their places. */
export function fieldsOf(object: unknown, most = 2000): string[] {
  const found: string[] = []
  const walk = (value: unknown, path: string, depth: number): void => {
    if (found.length >= most) return
    if (depth < 4 && Array.isArray(value) && value.length <= 100) {
      value.forEach((item, index) => walk(item, `${path}[${index}]`, depth + 1))
    } else if (depth < 4 && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`, depth + 1)
    } else if (path !== '') found.push(path)
  }
  walk(object, '', 0)
  return found
}

const patterns: Readonly<Record<Exclude<keyof LogMapping, 'features' | 'scores'>, RegExp>> = {
  time: /^(@?timestamp|time|datetime|date_?time|event_?time|created_?at|logged_?at|ts|date)$/i,
  id: /^(request_?id|row_?id|prediction_?id|event_?id|request|id|uuid)$/i,
  prediction: /^(prediction|predicted|score|probability|proba|y_?pred|y_?score|output|label_?pred)$/i,
  actual: /^(actual|label|target|truth|ground_?truth|y|y_?true|outcome)$/i,
  latency: /^(latency(_?ms)?|duration(_?ms)?|elapsed(_?ms)?|response_?time(_?ms)?|ms)$/i,
  error: /^(error|error_?code|failure|exception)$/i,
  sample: /^(sample|sample_?rate|sampling)$/i,
}

const leaf = (field: string): string => field.slice(field.lastIndexOf('.') + 1)

/**
 * @param features Raw columns of the model.
 * @param target Name of the approved dataset's target, which a log with labels may use.
 */
export function guessMapping(
  fields: readonly string[],
  features: readonly string[],
  output: Binding['output'],
  target: string | null,
): LogMapping {
  const taken = new Set<string>()
  const featureFields: Record<string, string> = {}
  for (const name of features) {
    const field = fields.includes(name) ? name : fields.find((one) => leaf(one) === name)
    if (field === undefined) continue
    featureFields[name] = field
    taken.add(field)
  }
  const mapping: LogMapping = { features: featureFields }
  const scores: Record<string, string> = {}
  for (const name of output.classes) {
    const wanted = new RegExp(`^(probability|proba|score|p)[ _.:-]?${name.replace(/[^\w]/g, '.')}$`, 'i')
    const field = fields.find((one) => !taken.has(one) && wanted.test(leaf(one)))
    if (field === undefined) continue
    scores[name] = field
    taken.add(field)
  }
  if (Object.keys(scores).length > 0) mapping.scores = scores
  if (target !== null && fields.includes(target) && !taken.has(target)) {
    mapping.actual = target
    taken.add(target)
  }
  for (const [use, pattern] of Object.entries(patterns) as [keyof typeof patterns, RegExp][]) {
    if (mapping[use] !== undefined) continue
    const field = fields.find((one) => !taken.has(one) && pattern.test(leaf(one)))
    if (field === undefined) continue
    mapping[use] = field
    taken.add(field)
  }
  return mapping
}

/** The log of Assay's own server (shared/serving/prediction-log.ts). */
export function ownMapping(features: readonly string[], output: Binding['output']): LogMapping {
  const scored = output.score !== null
  const number = givesOneNumber(output.task)
  return {
    time: 'time',
    id: 'request',
    prediction: number ? 'scores[0]' : 'label',
    ...(scored && !number
      ? { scores: Object.fromEntries(output.classes.map((name, k) => [name, `scores[${k}]`])) }
      : {}),
    latency: 'ms',
    error: 'error',
    sample: 'sample',
    features: Object.fromEntries(features.map((name) => [name, `inputs.${name}`])),
  }
}

/** One id for a row: the request's own for the first row of a request, with the row's place for the others. */
export function rowId(request: string, row: number): string {
  return row === 0 ? request : `${request}#${row}`
}
