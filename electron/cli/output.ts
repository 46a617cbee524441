/** What a command prints: JSON for programs, aligned text for people, errors with their code. */
import { AssayError } from '../../shared/contract/errors.ts'
import type { EvidenceFinding, Metric } from '../../shared/contract/evidence.ts'
import { intervalText } from '../../shared/format/interval.ts'
import { formatMetric } from '../../shared/format/number.ts'

export const exitCodes = { ok: 0, gateFailed: 1, usage: 2, badInput: 3, internal: 4 } as const

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Control characters in names from files must not drive the terminal. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�')
}

export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const cells = [header, ...rows].map((row) => row.map(plain))
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  for (const row of cells) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()}\n`,
    )
  }
}

export function printLine(text = ''): void {
  process.stdout.write(`${plain(text)}\n`)
}

export function printFindings(findings: readonly EvidenceFinding[]): void {
  for (const finding of findings)
    printLine(`  ${finding.severity}  ${finding.code}: ${finding.message} ${finding.remedy}`)
}

/** The value and its interval, in the digits that the interval supports. */
export function metricText(metric: Metric): string {
  if (metric.value === null) return `— (${metric.reason ?? 'not defined'})`
  const interval = intervalText(metric)
  return `${formatMetric(metric).value}${interval === null ? '' : `  ${interval}`}`
}

/** Prints an error and answers with the exit code it means. */
export function reportError(error: unknown, json: boolean): number {
  if (error instanceof AssayError) {
    if (json) printJson({ error: error.toJSON() })
    process.stderr.write(`${plain(`error ${error.code}: ${error.message}`)}\n${plain(error.remedy)}\n`)
    if (error.code.endsWith('/internal')) return exitCodes.internal
    return error.code === 'call/invalid' || error.code.startsWith('usage/') ? exitCodes.usage : exitCodes.badInput
  }
  process.stderr.write(`internal error: ${String((error as Error)?.stack ?? error)}\n`)
  return exitCodes.internal
}
