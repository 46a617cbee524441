/** A graph over columns of rows: the model, or what lies in front of its trees. */
import type { Binding } from '../../../shared/contract/model.ts'
import type { GivenColumn } from '../../../shared/contract/scorer-messages.ts'
import { makeFeeder, newArray } from '../../../shared/scoring/feeds.ts'
import type { Feeds } from '../model/messages.ts'
import { openSession } from '../model/ort-session.ts'
import type { Tensor } from '../protocol/tensor.ts'

/** Rows a call of ONNX Runtime: more gains nothing on the CPU. */
const batchRows = 4096

/** Takes the outputs of rows [from, from + rows), which a fixed batch pads to `batch`. */
type Take = (outputs: Feeds, from: number, rows: number, batch: number) => void

export interface Graph {
  run(given: readonly GivenColumn[], rows: number, take: Take): Promise<void>
}

/** @throws AssayError binding/*, and what ONNX Runtime says of the graph */
export async function openGraph(bytes: Uint8Array, binding: Binding): Promise<Graph> {
  const session = await openSession(bytes, 1)
  const feeder = makeFeeder<Tensor>(
    {
      inputNames: session.inputs.map((input) => input.name),
      inputMetadata: session.inputs.map((input) => ({ ...input, isTensor: true as const })),
    },
    binding,
    { tensor: (type, data, dims) => ({ type, data, dims }), array: newArray },
  )
  const fetches = session.outputs.map((output) => output.name)
  return {
    run: async (given, rows, take) => {
      const columns = feeder.columns.map(
        ({ name, as }) => given.find((column) => column.name === name && column.as === as)!.values,
      )
      const step = binding.fixedBatch ?? batchRows
      for (let from = 0; from < rows; from += step) {
        const taken = Math.min(step, rows - from)
        const batch = binding.fixedBatch ?? taken
        const { outputs } = await session.run(feeder.build({ rows, from: 0, columns }, from, taken, batch), fetches)
        take(outputs, from, taken, batch)
      }
    },
  }
}
