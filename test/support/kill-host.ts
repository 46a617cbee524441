/** A process to be killed: opens a workspace, goes on with what is there, and prints how far it came. */
import { openTestEngine } from './engine.ts'

const [workspace = '', csv = '', modelPath = ''] = process.argv.slice(2)
const test = await openTestEngine(workspace)
const [known] = await test.call.datasets.list()
const dataset = known
  ? await test.call.datasets.get({ id: known.id })
  : await test.importDataset(csv, { target: 'y', task: 'binary' })
const [model] = await test.call.models.list()
const version = model ? await test.call.models.get({ id: model.versions[0]!.id }) : await test.importModel(modelPath)
let [run] = await test.call.runs.list()
if (!run) run = await test.score(version, dataset, { batchRows: 512 })
else if (run.state !== 'scored') {
  const { jobId } = await test.call.runs.resume({ id: run.id })
  await test.finish(jobId)
  run = await test.call.runs.get({ id: run.id })
}
const verified = await test.call.workspace.verify()
console.log(
  JSON.stringify({
    state: run.state,
    scoresSha256: run.scoresSha256,
    resumed: run.stats?.resumed,
    problems: verified.problems,
  }),
)
await test.leave()
