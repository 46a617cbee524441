import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../shared/contract/run.ts'
import { initializer, input, model, node, output } from './build-model.ts'
import type { TestEngine } from './engine.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The smallest run that can be evaluated and approved: forty rows of two columns through a logistic model. */
export async function tinyRun(test: TestEngine): Promise<Run> {
  const folder = temporaryFolder()
  const [data, graph] = [join(folder, 'tiny.csv'), join(folder, 'tiny.onnx')]
  const rows = Array.from({ length: 40 }, (_, k) => `${(k % 7) / 7},${(k % 5) / 5},${k % 3 === 0 ? 1 : 0}`)
  writeFileSync(data, `a,b,y\n${rows.join('\n')}\n`)
  writeFileSync(
    graph,
    model([
      node('Gemm', ['x', 'W', 'c'], ['z']),
      node('Sigmoid', ['z'], ['p']),
      initializer('W', [2, 1], [1, -1]),
      initializer('c', [1], [0]),
      input('x', 1, ['N', 2]),
      output('p', 1, ['N', 1]),
    ]),
  )
  const dataset = await test.importDataset(data, { target: 'y', task: 'binary' })
  return test.score(await test.importModel(graph), dataset)
}
