/**
 * Probabilities nearer to 0 or 1 than this count as this: float32 tells no two numbers apart that are nearer to 1, and a
 * logit must be finite. The appended graph keeps the same bounds.
 */
export const probabilityFloor = 1e-7

/** p kept within [probabilityFloor, 1 − probabilityFloor]. */
export function clampProbability(p: number): number {
  return Math.min(Math.max(p, probabilityFloor), 1 - probabilityFloor)
}

/** ln p − ln(1 − p), p kept within the bounds. */
export function logit(p: number): number {
  const kept = clampProbability(p)
  return Math.log(kept) - Math.log(1 - kept)
}

/** 1 / (1 + e^−x), in (0, 1). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
