import { expect } from 'vitest'
import type { Metrics } from '../../../shared/contract/evidence.ts'

/** Every metric is finite or null with a reason, and its value is within its interval. */
export function expectSound(metrics: Metrics): void {
  for (const [key, metric] of Object.entries(metrics)) {
    for (const part of [metric.value, metric.low, metric.high]) {
      if (part !== null) expect(Number.isFinite(part), key).toBe(true)
    }
    if (metric.value === null || metric.low === null) expect(metric.reason, key).toBeTruthy()
    if (metric.low === null) {
      expect(metric.high, key).toBeNull()
      expect(metric.method, key).toBeNull()
    } else {
      expect(metric.method, key).toBeTruthy()
      expect(metric.low, key).toBeLessThanOrEqual(metric.value! + 1e-12)
      expect(metric.high, key).toBeGreaterThanOrEqual(metric.value! - 1e-12)
    }
  }
}
