/** Which field of a log holds what: paths into a line's object, and a guess from their names. */
import { givesOneNumber } from '../contract/dataset.ts'
import type { Task } from '../contract/dataset.ts'
import type { LogMapping } from '../contract/monitor-log.ts'
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

/** Fields of an object, those of objects inside it by their path; lists as a whole and by their places. */
export function fieldsOf(object: unknown, most = 2000): string[] {
  const found: string[] = []
  const walk = (value: unknown, path: string, depth: number): void => {
    if (found.length >= most) return
    if (depth < 4 && Array.isArray(value) && value.length <= 100) {
      if (path !== '') found.push(path)
      value.forEach((item, index) => walk(item, `${path}[${index}]`, depth + 1))
    } else if (depth < 4 && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`, depth + 1)
    } else if (path !== '') found.push(path)
  }
  walk(object, '', 0)
  return found
}

const patterns: Readonly<Record<Exclude<keyof LogMapping, 'features' | 'scores' | 'actuals' | 'row'>, RegExp>> = {
  time: /^(@?timestamp|time|datetime|date_?time|event_?time|created_?at|logged_?at|ts|date)$/i,
  id: /^(request_?id|row_?id|prediction_?id|event_?id|request|id|uuid)$/i,
  query: /^(query|query_?id|qid|search_?id|impression_?id)$/i,
  prediction: /^(prediction|predicted|score|probability|proba|y_?pred|y_?score|output|label_?pred)$/i,
  actual: /^(actual|label|target|truth|ground_?truth|y|y_?true|outcome)$/i,
  latency: /^(latency(_?ms)?|duration(_?ms)?|elapsed(_?ms)?|response_?time(_?ms)?|ms)$/i,
  error: /^(error|error_?code|failure|exception)$/i,
  sample: /^(sample|sample_?rate|sampling)$/i,
}

/** What the true values of a task may be called besides. */
const actualOf: Partial<Record<Task, RegExp>> = {
  multilabel: /^(labels|tags|actuals|targets)$/i,
  ranking: /^(relevance|grade|rating)$/i,
}

/** Whether a field may hold the true value, by its name. */
export const looksActual = (field: string, task: Task): boolean =>
  patterns.actual.test(leaf(field)) || actualOf[task]?.test(leaf(field)) === true

const leaf = (field: string): string => field.slice(field.lastIndexOf('.') + 1)

/** Where the id is the request's, its rows are told apart by their place in it. */
export const rowField = (id: string, fields: readonly string[]): string | undefined =>
  /^request/i.test(leaf(id)) ? fields.find((field) => leaf(field) === 'row') : undefined

/** What says what came true: one thing for the row, or, of a multilabel task, one thing for each label, by its name. */
export interface Targets {
  readonly whole: string | null
  readonly each: Readonly<Record<string, string>>
}

/** What a version expects of a log. */
export interface Expectation {
  /** Raw columns of the model. */
  readonly features: readonly string[]
  readonly output: Binding['output']
  /** Names of the approved dataset's targets, which a log with true values may use. */
  readonly targets: Targets
  /** Name of its column of queries. */
  readonly query: string | null
}

/** Fields are taken once: by the model's columns, then by scores, then by true values, then by what their names say. */
export function guessMapping(fields: readonly string[], expected: Expectation): LogMapping {
  const { features, output, targets } = expected
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
    const wanted = new RegExp(
      `(^|\\.)(probabilit(y|ies)|probas?|scores?|p)[ _.:-]?${name.replace(/[^\w]/g, '.')}$`,
      'i',
    )
    const field = fields.find((one) => !taken.has(one) && wanted.test(one))
    if (field === undefined) continue
    scores[name] = field
    taken.add(field)
  }
  if (Object.keys(scores).length > 0) mapping.scores = scores
  const isFree = (target: string | null): target is string =>
    target !== null && fields.includes(target) && !taken.has(target)
  if (isFree(targets.whole)) {
    mapping.actual = targets.whole
    taken.add(targets.whole)
  }
  const each = Object.entries(targets.each).filter(([, target]) => isFree(target))
  if (each.length > 0) mapping.actuals = Object.fromEntries(each)
  for (const [, target] of each) taken.add(target)
  if (output.task === 'ranking' && expected.query !== null && fields.includes(expected.query)) {
    mapping.query = expected.query
    taken.add(expected.query)
  }
  for (const [use, pattern] of Object.entries(patterns) as [keyof typeof patterns, RegExp][]) {
    if (mapping[use] !== undefined || (use === 'query' && output.task !== 'ranking')) continue
    if (use === 'actual' && mapping.actuals !== undefined) continue
    const fits = (one: string): boolean => (use === 'actual' ? looksActual(one, output.task) : pattern.test(leaf(one)))
    const field = fields.find((one) => !taken.has(one) && fits(one))
    if (field === undefined) continue
    mapping[use] = field
    taken.add(field)
  }
  const row = mapping.id === undefined ? undefined : rowField(mapping.id, fields)
  if (row !== undefined) mapping.row = row
  // What is ranked together is asked together.
  if (output.task === 'ranking' && row !== undefined) mapping.query ??= mapping.id
  return mapping
}

/** The log of Assay's own server (shared/serving/prediction-log.ts). A request of a ranking is a query. */
export function ownMapping(features: readonly string[], output: Binding['output']): LogMapping {
  const scored = output.score !== null
  const number = givesOneNumber(output.task)
  return {
    time: 'time',
    id: 'request',
    row: 'row',
    ...(output.task === 'ranking' ? { query: 'request' } : {}),
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
