/** Runs a model and what lies in front of its core as a server would: ONNX Runtime alone, no engine. */
import * as ort from 'onnxruntime-node'
import type { Binding } from '../../shared/contract/model.ts'
import type { GivenColumn } from '../../shared/contract/scorer-messages.ts'
import type { ReasonsRuntime } from '../../shared/explain/reason-codes.ts'
import { scorePlaces } from '../../shared/explain/score-places.ts'
import { makeFeeder, newArray } from '../../shared/scoring/feeds.ts'
import { makeScoreColumns, readOutputs } from '../../shared/scoring/outputs.ts'

async function feedsOf(session: ort.InferenceSession, binding: Binding, given: readonly GivenColumn[], rows: number) {
  const feeder = makeFeeder<ort.Tensor>(session as never, binding, {
    tensor: (type, data, dims) => new ort.Tensor(type as 'float32', data as Float32Array, dims),
    array: newArray,
  })
  const columns = feeder.columns.map(
    ({ name, as }) => given.find((column) => column.name === name && column.as === as)!.values,
  )
  return session.run(feeder.build({ rows, from: 0, columns }, 0, rows, rows))
}

/** @param front the bytes of the front, once they are known */
export async function reasonsRuntime(
  model: Uint8Array,
  binding: Binding,
  front: () => Uint8Array,
): Promise<ReasonsRuntime> {
  const session = await ort.InferenceSession.create(model)
  let before: ort.InferenceSession | null = null
  return {
    predict: async (columns, rows) => {
      const scores = makeScoreColumns(binding.output, rows, true)
      readOutputs((await feedsOf(session, binding, columns, rows)) as never, binding.output, rows, rows, scores, 0)
      return scorePlaces(binding.output).map((place) => Float64Array.from(scores.scores![place]!))
    },
    runFront: async (columns, rows) => {
      before ??= await ort.InferenceSession.create(front())
      const [tensor] = Object.values(await feedsOf(before, binding, columns, rows))
      return { width: tensor!.size / rows, values: tensor!.data as Float32Array }
    },
  }
}
