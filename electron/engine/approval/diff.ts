/** Two versions side by side, with their newest evidence on the same data. */
import type { VersionId } from '../../../shared/contract/ids.ts'
import type { VersionDiff } from '../../../shared/contract/registry.ts'
import { diffVersions } from '../../../shared/approval/diff-versions.ts'
import type { Engine } from '../engine.ts'
import { listRuns, readVersion } from '../records.ts'
import { evidenceByHash } from './gates.ts'
import { lineageTexts } from './lineage.ts'
import { recipeOf } from './recipe.ts'

export async function diff(engine: Engine, first: VersionId, second: VersionId): Promise<VersionDiff> {
  const { ledger } = engine.workspace
  const a = readVersion(ledger, first)
  const b = readVersion(ledger, second)
  const evaluated = listRuns(ledger).filter((run) => run.evidenceSha256 !== null)
  const pair = evaluated
    .filter((run) => run.versionId === first)
    .flatMap((run) => {
      const other = evaluated.find((entry) => entry.versionId === second && entry.datasetId === run.datasetId)
      return other ? [{ run, other }] : []
    })[0]
  const evidence = pair
    ? {
        first: await evidenceByHash(engine, pair.run.evidenceSha256!),
        second: await evidenceByHash(engine, pair.other.evidenceSha256!),
      }
    : null
  const lineages = [lineageTexts(ledger, first), lineageTexts(ledger, second)] as const
  const lineage = (['parents', 'datasets'] as const).map((what) => ({
    area: 'lineage' as const,
    what: what === 'parents' ? 'made from' : 'data',
    first: lineages[0][what].join(', ') || null,
    second: lineages[1][what].join(', ') || null,
  }))
  // Two recipes may have the same steps, fitted otherwise: the hash tells them apart.
  const named = async (version: typeof a): Promise<string | null> => {
    const recipe = await recipeOf(engine, version)
    return recipe && `${recipe.steps} (${recipe.id.replace('recipe ', '')})`
  }
  const recipe = { area: 'lineage' as const, what: 'recipe', first: await named(a), second: await named(b) }
  const differing = [...lineage, recipe].filter((entry) => entry.first !== entry.second)
  return {
    differences: [...diffVersions(a, b, evidence), ...differing],
    runs: pair ? { first: pair.run.id, second: pair.other.id, dataset: pair.run.dataset } : null,
  }
}
