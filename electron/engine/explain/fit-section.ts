/** Keeps the section of the evidence under its size by leaving out details, least important columns first, and saying so. */
import type { Explanation } from '../../../shared/contract/explain.ts'

const mostBytes = 200_000

export function fitSection(explanation: Explanation): Explanation {
  let fitted = explanation
  let kept = 1
  while (JSON.stringify(fitted).length > mostBytes && kept > 0.01) {
    kept /= 2
    const cut = <T>(list: readonly T[], least: number): T[] =>
      list.slice(0, Math.max(least, Math.floor(list.length * kept)))
    fitted = {
      ...explanation,
      outputs: explanation.outputs.map((output) => ({
        ...output,
        features: output.features.slice(0, Math.max(20, Math.floor(output.features.length * kept))),
        strips: cut(output.strips, 1),
        dependence: cut(output.dependence, 1),
        interactions: cut(output.interactions, 1),
      })),
      effects: cut(explanation.effects, 1).map((effect) => ({ ...effect, individual: cut(effect.individual, 0) })),
      importance: explanation.importance && {
        ...explanation.importance,
        features: cut(explanation.importance.features, 20),
      },
      findings: [
        ...explanation.findings,
        {
          code: 'explain/section-cut',
          severity: 'note',
          message: 'Only the most important columns are kept in detail, so that the evidence stays small.',
          remedy: 'Export the attributions to look at the others.',
        },
      ],
    }
  }
  return fitted
}
