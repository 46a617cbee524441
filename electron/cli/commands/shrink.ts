/** `assay shrink`: smaller weights for the edge, and what they cost. */
import type { Command } from 'commander'
import type { ComparisonId, VersionId } from '../../../shared/contract/ids.ts'
import { weightTypeSchema } from '../../../shared/contract/model.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { decisionThreshold } from '../../../shared/scoring/decision-threshold.ts'
import type { Global } from '../assay.ts'
import { findRun } from '../find.ts'
import { oneOf } from '../options.ts'
import { printJson, printLine } from '../output.ts'
import { withSession } from '../session.ts'
import { printComparison } from './compare.ts'

/** A new version, scored and evaluated on the run's own rows, and compared with the run as pairs. */
async function shrinkCommand(wanted: string, flags: { to: string }, { workspace, json }: Global): Promise<void> {
  const to = oneOf('weights', weightTypeSchema.options, flags.to)
  await withSession(workspace, json, async (session) => {
    const id = await findRun(session, wanted)
    const run = await session.call.runs.get({ id })
    const made = await session.call.models.shrink({ runId: id, to })
    const versionId = (await session.follow(made.jobId)) as VersionId
    const scored = await session.call.runs.score({ versionId, datasetId: run.datasetId, device: 'auto' })
    await session.follow(scored.jobId)
    const { detail } = await session.call.runs.evidence({ id })
    const threshold = decisionThreshold(detail) ?? undefined
    await session.follow((await session.call.runs.evaluate({ id: scored.runId, threshold })).jobId)
    const compared = await session.call.comparisons.start({ runs: [id, scored.runId], margins: {} })
    const comparisonId = (await session.follow(compared.jobId)) as ComparisonId
    const { comparison } = await session.call.comparisons.get({ id: comparisonId })
    const [before, after] = await Promise.all(
      [run.versionId, versionId].map((version) => session.call.models.get({ id: version })),
    )
    const bytes = { before: before!.bytes, after: after!.bytes }
    if (json) return printJson({ versionId, runId: scored.runId, bytes, comparison })
    printLine(`${after!.name} ${after!.version}: ${after!.edits.at(-1) ?? ''}`)
    printLine(`file: ${formatCount(bytes.before)} to ${formatCount(bytes.after)} bytes`)
    printComparison(comparison)
  })
}

export function addShrinkCommands(program: Command, global: () => Global): void {
  program
    .command('shrink <run>')
    .description('make a version with float16 or int8 weights, score it on the same rows, and measure what it costs')
    .requiredOption('--to <type>', weightTypeSchema.options.join(' or '))
    .action((run: string, flags: { to: string }) => shrinkCommand(run, flags, global()))
}
