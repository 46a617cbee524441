/** `assay registry`: stages, aliases, lineage, history and differences of versions. */
import type { Command } from 'commander'
import { aliasSchema, datasetUseSchema, parentKindSchema, stageSchema } from '../../../shared/contract/registry.ts'
import type { Lineage, RegistryEntry } from '../../../shared/contract/registry.ts'
import type { Global } from '../assay.ts'
import { findDataset, findVersion } from '../find.ts'
import { printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'
import type { Session } from '../session.ts'
import { oneOf } from '../options.ts'

/** "NAME@1:retrained": what stands after the last colon is the kind. */
function split(given: string, fallback: string): readonly [string, string] {
  const at = given.lastIndexOf(':')
  return at < 0 ? [given, fallback] : [given.slice(0, at), given.slice(at + 1)]
}

function printEntries(entries: readonly RegistryEntry[]): void {
  printTable(
    ['version', 'stage', 'since', 'aliases', 'review'],
    entries.map((entry) => [
      `${entry.name}@${entry.version}`,
      entry.stage,
      entry.stageSince,
      entry.aliases.join(', '),
      entry.standing?.state ?? '',
    ]),
  )
}

async function lineageFrom(session: Session, flags: { parent?: string[]; data?: string[] }): Promise<Lineage> {
  const parents: Lineage['parents'] = []
  for (const given of flags.parent ?? []) {
    const [name, kind] = split(given, 'retrained')
    parents.push({
      versionId: await findVersion(session, name),
      kind: oneOf('kind', parentKindSchema.options, kind),
      note: '',
    })
  }
  const datasets: Lineage['datasets'] = []
  for (const given of flags.data ?? []) {
    const [name, use] = split(given, 'training')
    datasets.push({ datasetId: await findDataset(session, name), use: oneOf('use', datasetUseSchema.options, use) })
  }
  return { parents, datasets }
}

export function addRegistryCommands(program: Command, global: () => Global): void {
  const registry = program.command('registry').description('stages, aliases, lineage and history of versions')
  const show = async (work: (session: Session) => Promise<RegistryEntry[]>): Promise<void> => {
    const { workspace, json } = global()
    await withSession(workspace, json, async (session) => {
      const versions = await work(session)
      if (json) printJson({ versions })
      else printEntries(versions)
    })
  }
  registry
    .command('list')
    .description('every version with its stage, aliases and review; words narrow it down')
    .argument('[words...]', 'what name, stage, aliases and review must hold, each of them')
    .action((words: string[]) =>
      show(async (session) =>
        (await session.call.registry.list()).filter((entry) => {
          const text = `${entry.name}@${entry.version} ${entry.stage} ${entry.aliases.join(' ')} ${entry.standing?.state ?? ''}`
          return words.every((word) => text.toLowerCase().includes(word.toLowerCase()))
        }),
      ),
    )
  registry
    .command('stage <model> <stage>')
    .description(`move a version: ${stageSchema.options.join(', ')} ("approved" takes signatures)`)
    .option('--reason <text>', 'why', '')
    .action((wanted: string, stage: string, flags: { reason: string }) =>
      show(async (session) => [
        await session.call.registry.setStage({
          id: await findVersion(session, wanted),
          stage: oneOf('stage', stageSchema.options, stage),
          reason: flags.reason,
        }),
      ]),
    )
  registry
    .command('alias <model> <alias>')
    .description(`name a version ${aliasSchema.options.join(' or ')}`)
    .option('--reason <text>', 'why; needed for a champion that was never approved here', '')
    .option('--remove', 'take the alias away')
    .action((wanted: string, alias: string, flags: { reason: string; remove?: boolean }) =>
      show(async (session) => {
        const versionId = await findVersion(session, wanted)
        const { modelId } = await session.call.registry.get({ id: versionId })
        return session.call.registry.setAlias({
          modelId,
          alias: oneOf('alias', aliasSchema.options, alias),
          versionId: flags.remove ? null : versionId,
          reason: flags.reason,
        })
      }),
    )
  registry
    .command('lineage <model>')
    .description('record what a version was made from; without options, show it')
    .option('--parent <versions...>', `NAME@VERSION:KIND, kinds ${parentKindSchema.options.join(', ')}`)
    .option('--data <datasets...>', `DATASET:USE, uses ${datasetUseSchema.options.join(', ')}`)
    .action(async (wanted: string, flags: { parent?: string[]; data?: string[] }) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const id = await findVersion(session, wanted)
        if (flags.parent || flags.data)
          await session.call.registry.setLineage({ id, lineage: await lineageFrom(session, flags) })
        const { modelId } = await session.call.registry.get({ id })
        const graph = await session.call.registry.lineage({ modelId })
        if (json) return printJson(graph)
        const titles = new Map(graph.nodes.map((node) => [node.id, `${node.kind} ${node.title}`]))
        for (const edge of graph.edges)
          printLine(`${titles.get(edge.from) ?? edge.from}  → ${edge.label} →  ${titles.get(edge.to) ?? edge.to}`)
      })
    })
  registry
    .command('history <model>')
    .description('who did what to a model’s versions, runs and reviews, and when')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const { modelId } = await session.call.registry.get({ id: await findVersion(session, wanted) })
        const history = await session.call.registry.history({ modelId })
        if (json) return printJson({ history })
        printTable(
          ['time', 'who', 'what', 'subject', 'detail'],
          history.map((entry) => [
            entry.time,
            entry.actor,
            entry.event,
            entry.subject,
            JSON.stringify(entry.detail).slice(0, 100),
          ]),
        )
      })
    })
  registry
    .command('diff <first> <second>')
    .description('what two versions do not have in common')
    .action(async (first: string, second: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const diff = await session.call.registry.diff({
          first: await findVersion(session, first),
          second: await findVersion(session, second),
        })
        if (json) return printJson(diff)
        printTable(
          ['area', 'what', first, second],
          diff.differences.map((entry) => [entry.area, entry.what, entry.first ?? '—', entry.second ?? '—']),
        )
      })
    })
}
