/** What a monitoring report does not have, and why: for whoever reads it. */
import type { MonitorReport } from '../contract/monitor-report.ts'

export function absentParts({ overall }: Pick<MonitorReport, 'overall'>): { what: string; reason: string }[] {
  const { metricsReason, estimateReason, calibrationReason } = overall
  return [
    { what: 'metrics from labels', reason: metricsReason },
    { what: 'estimates without labels', reason: estimateReason },
    // For want of labels there is none either; that is said once.
    { what: 'calibration', reason: calibrationReason === metricsReason ? null : calibrationReason },
  ].flatMap(({ what, reason }) => (reason === null ? [] : [{ what, reason }]))
}
