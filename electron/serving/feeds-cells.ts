/** Tensors seen as the raw columns that the binding feeds into them: they are checked and watched like rows. */
import type { Binding } from '../../shared/contract/model.ts'
import type { Cell } from '../../shared/serving/cells.ts'
import type { InputColumn } from '../../shared/serving/release-manifest.ts'
import { elementsOf } from './protocol/tensor.ts'
import type { Feeds } from './model/messages.ts'

export interface TensorColumn {
  readonly column: InputColumn
  at(row: number): Cell
}

/** Columns that tensors hold as they are; images, constants and 16-bit floats are left out. */
export function tensorColumns(feeds: Feeds, binding: Binding, inputs: readonly InputColumn[]): TensorColumn[] {
  const found = new Map<string, TensorColumn>()
  for (const input of binding.inputs) {
    const tensor = feeds[input.input]
    if (!tensor || tensor.type === 'float16') continue
    const names = input.kind === 'matrix' ? input.columns : input.kind === 'column' ? [input.column] : []
    const width = tensor.dims.length === 0 ? 1 : elementsOf(tensor.dims.slice(1))
    if (width !== names.length) continue
    const data = tensor.data as ArrayLike<number | bigint | string>
    names.forEach((name, offset) => {
      const column = inputs.find((entry) => entry.name === name)
      if (!column || found.has(name)) return
      // A missing value is fed as NaN, or as the binding's text.
      const at = (row: number): Cell => {
        const value = data[row * width + offset]!
        return value === binding.missingText || Number.isNaN(value) ? null : value
      }
      found.set(name, { column, at })
    })
  }
  return [...found.values()]
}
