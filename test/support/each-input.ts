import type { Players } from '../../shared/explain/tree/players.ts'

/** Each input of the trees a player of its own. */
export function eachInput(inputs: number): Players {
  return { count: inputs, ofInput: Int32Array.from({ length: inputs }, (_, k) => k) }
}
