/** Golden rows through every interface of a running server, and through the batch, against the workbench's scores. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareGolden } from '../../../shared/serving/golden.ts'
import type { Answer, Replay } from '../../../shared/serving/golden.ts'
import { partName } from '../../../shared/serving/batch-part.ts'
import type { VerifiedRelease } from '../../../shared/serving/verify-release.ts'
import { CsvRecords } from '../batch/csv-records.ts'
import { scoreShard } from '../batch/score-shard.ts'
import { loadRelease } from '../load-release.ts'
import { startModel } from '../model/model.ts'
import { RowScorer } from '../score-rows.ts'
import { answerOf, answerOfLine, groups, throughTensors } from './golden-feeds.ts'
import { GrpcClient } from './grpc-client.ts'
import { RestClient } from './rest-client.ts'

export interface ReplayFlags {
  readonly release: string
  readonly rest: string
  readonly grpc: string
}

export async function replayCommand(
  flags: ReplayFlags,
  urls: { readonly entry: URL; readonly proto: URL },
  print: (text: string) => void,
): Promise<void> {
  // Nothing is served from it here: it only says what the server must answer.
  const release = loadRelease(flags.release, null)
  const { manifest, golden } = release
  const { served } = manifest.model
  const { tolerance } = manifest.golden
  const key = process.env['ASSAY_REPLAY_KEY']
  const rest = new RestClient(flags.rest, key)
  const grpc = new GrpcClient(flags.grpc, urls.proto, key)
  const scorer = new RowScorer(manifest, await rest.facts(served))
  const replays: Replay[] = []
  const add = (through: string, answers: readonly Answer[]): void => {
    replays.push(compareGolden(through, golden, answers, tolerance))
  }
  const rows: Answer[] = []
  for (const group of groups(golden, null)) {
    const predictions = await rest.predict(group.map((row) => row.inputs))
    rows.push(...predictions.map((prediction) => answerOf(prediction, manifest)))
  }
  add('REST rows', rows)
  for (const [name, binary] of [
    ['REST JSON tensors', false],
    ['REST binary tensors', true],
  ] as const)
    add(
      name,
      await throughTensors(manifest, golden, scorer, (feeds, fetches) => rest.infer(served, feeds, fetches, binary)),
    )
  for (const [name, raw] of [
    ['gRPC typed tensors', false],
    ['gRPC raw tensors', true],
  ] as const)
    add(
      name,
      await throughTensors(manifest, golden, scorer, (feeds, fetches) => grpc.infer(served, feeds, fetches, raw)),
    )
  grpc.close()
  add('batch', await throughBatch(release, urls.entry))
  print(`${JSON.stringify({ replays })}\n`)
}

async function throughBatch(release: VerifiedRelease, entry: URL): Promise<Answer[]> {
  const { manifest, golden } = release
  const folder = await mkdtemp(join(tmpdir(), 'assay-replay-'))
  try {
    const input = join(folder, 'golden.jsonl')
    await writeFile(input, golden.map((row) => `${JSON.stringify(row.inputs)}\n`).join(''))
    await scoreShard({
      release,
      startModel: () => startModel(entry, release.model, { sessions: 1, threads: 1 }, () => undefined),
      input,
      format: 'jsonl',
      outFormat: 'csv',
      folder,
      shard: 0,
      shards: 1,
      keep: [],
      badRows: 'stop',
      reasons: null,
      threads: 1,
    })
    const parser = new CsvRecords(',', '"')
    const [header, ...lines] = [...parser.push(await readFile(join(folder, partName(0, 1)), 'utf8'))]
    return lines.map(({ fields }) =>
      answerOfLine(new Map(header!.fields.map((name, at) => [name, fields[at] ?? ''])), manifest),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
