/** What the row API answered, as the table of the Try it page shows it. */
import { z } from 'zod'
import type { TriedAnswer } from '../../../shared/contract/try.ts'

const problem = z.looseObject({ code: z.string(), column: z.string().optional(), message: z.string().optional() })

const answered = z.looseObject({
  predictions: z.array(
    z.looseObject({
      label: z.string().nullable().optional(),
      value: z.number().nullable().optional(),
      probabilities: z.record(z.string(), z.number().nullable()).nullable().optional(),
      warnings: z.array(problem).optional(),
      reasons: z.array(z.looseObject({ words: z.string() })).optional(),
    }),
  ),
})

const refused = z.looseObject({
  error: z.union([
    z.string(),
    z.looseObject({ code: z.string().optional(), message: z.string().optional(), details: z.unknown().optional() }),
  ]),
})

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

/** @param code Of the header `assay-error-code`. */
export function parsePredictions(
  body: string,
  code: string | null,
  positive: string | null,
): Pick<TriedAnswer, 'predictions' | 'error'> {
  const value = parse(body)
  const good = answered.safeParse(value)
  if (good.success) {
    return {
      predictions: good.data.predictions.map(
        ({ label = null, value: number = null, probabilities, warnings = [], reasons = [] }) => ({
          label,
          score: number ?? probabilities?.[positive ?? label ?? ''] ?? null,
          warnings: warnings.map(
            ({ code: warning, column, message }) => message ?? `${warning}${column ? ` ${column}` : ''}`,
          ),
          reasons: reasons.map(({ words }) => words),
        }),
      ),
      error: null,
    }
  }
  const bad = refused.safeParse(value)
  const error = bad.success ? bad.data.error : null
  const own = typeof error === 'string' ? { message: error } : (error ?? {})
  return {
    predictions: [],
    error: {
      code: code ?? ('code' in own ? own.code : undefined) ?? 'try/no-answer',
      message: own.message ?? body.slice(0, 500),
    },
  }
}
