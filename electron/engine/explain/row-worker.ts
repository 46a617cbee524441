/** A worker thread that explains blocks of rows. Messages are answered in the order in which they come. */
import type { MessagePort } from 'node:worker_threads'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { AssayErrorData } from '../../../shared/contract/errors.ts'
import { largestTerms, makeLinearExplainer, sumLinear } from '../../../shared/explain/linear.ts'
import type { LinearExplained } from '../../../shared/explain/linear.ts'
import type { TreeEnsemble } from '../../../shared/explain/tree/ensemble.ts'
import { makeTreeExplainer } from '../../../shared/explain/tree/explain-trees.ts'
import type { TreeExplainer, TreeGame } from '../../../shared/explain/tree/explain-trees.ts'
import type { Block, Players } from '../../../shared/explain/tree/players.ts'
import { addCovers, sumTrees } from '../../../shared/explain/tree/walk-rows.ts'

export type Explained =
  | { readonly kind: 'trees'; readonly ensemble: TreeEnsemble }
  | { readonly kind: 'linear'; readonly linear: LinearExplained }

/** What tells this worker's start from that of an evaluation. */
export interface RowWorkerData {
  readonly explainRows: Explained & { readonly players: Players }
}

export function isRowWorkerData(data: unknown): data is RowWorkerData {
  return typeof data === 'object' && data !== null && 'explainRows' in data
}

export type Reference = TreeGame | { readonly kind: 'means'; readonly means: Float64Array }

export type ToRowWorker = { readonly id: number } & (
  | { readonly type: 'count'; readonly block: Block }
  | { readonly type: 'covers' }
  | { readonly type: 'begin'; readonly reference: Reference }
  | { readonly type: 'explain'; readonly block: Block }
  | { readonly type: 'pairs'; readonly block: Block }
)

export interface ExplainedBlock {
  /** Output k, player p, row r at (k × players + p) × rows + r. */
  readonly values: Float64Array
  /** Output k of row r at k × rows + r. */
  readonly margins: Float64Array
  /** Largest |base + Σ attributions − margin| of the block. */
  readonly worst: number
  /** For a linear function, the size of its terms, which rounding is measured against; 0 for trees. */
  readonly size: number
}

export interface PairSums {
  /** Σ |Φ_ab + Φ_ba| and its squares over the rows; output k, players a and b at (k × players + a) × players + b. */
  readonly sum: Float64Array
  readonly squares: Float64Array
}

export type FromRowWorker = { readonly id: number } & (
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly error: AssayErrorData | { readonly message: string } }
)

export function serveRows(port: MessagePort, data: RowWorkerData): void {
  const { players, ...explained } = data.explainRows
  const covers = explained.kind === 'trees' ? new Float64Array(explained.ensemble.feature.length) : null
  let means: Float64Array | null = null
  let explainer: Pick<TreeExplainer, 'base' | 'explain'> & Partial<TreeExplainer>

  const sums = (block: Block) =>
    explained.kind === 'trees' ? sumTrees(explained.ensemble, block) : sumLinear(explained.linear, block)

  function begin(reference: Reference): Float64Array {
    if (explained.kind === 'linear' && reference.kind === 'means') {
      means = reference.means
      explainer = makeLinearExplainer(explained.linear, players, means)
    } else if (explained.kind === 'trees' && reference.kind !== 'means')
      explainer = makeTreeExplainer(explained.ensemble, players, reference)
    return explainer.base
  }

  function explain(block: Block): ExplainedBlock {
    const values = explainer.explain(block)
    const margins = sums(block)
    const { rows } = block
    let worst = 0
    for (let k = 0; k < explainer.base.length; k++) {
      for (let row = 0; row < rows; row++) {
        let sum = explainer.base[k]!
        for (let p = 0; p < players.count; p++) sum += values[(k * players.count + p) * rows + row]!
        worst = Math.max(worst, Math.abs(sum - margins[k * rows + row]!))
      }
    }
    const size = explained.kind === 'linear' ? largestTerms(explained.linear, block, means!) : 0
    return { values, margins, worst, size }
  }

  function pairs(block: Block): PairSums {
    const all = explainer.explainPairs!(block)
    const size = explainer.base.length * players.count * players.count
    const sum = new Float64Array(size)
    const squares = new Float64Array(size)
    for (let at = 0; at < size; at++) {
      for (let row = 0; row < block.rows; row++) {
        const both = Math.abs(2 * all[at * block.rows + row]!)
        sum[at]! += both
        squares[at]! += both * both
      }
    }
    return { sum, squares }
  }

  function answer(message: ToRowWorker): unknown {
    switch (message.type) {
      case 'count':
        if (explained.kind === 'trees') addCovers(explained.ensemble, message.block, covers!)
        return null
      case 'covers':
        return covers
      case 'begin':
        return begin(message.reference)
      case 'explain':
        return explain(message.block)
      case 'pairs':
        return pairs(message.block)
    }
  }

  port.on('message', (message: ToRowWorker) => {
    try {
      const found = answer(message)
      const transfer = message.type === 'explain' ? [(found as ExplainedBlock).values.buffer as ArrayBuffer] : []
      port.postMessage({ id: message.id, ok: true, answer: found } satisfies FromRowWorker, transfer)
    } catch (error) {
      port.postMessage({
        id: message.id,
        ok: false,
        error: error instanceof AssayError ? error.toJSON() : { message: String((error as Error).stack) },
      } satisfies FromRowWorker)
    }
  })
}
