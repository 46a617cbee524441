/** The lineage of a model as a graph: data, recipes, versions, calibrations, runs, releases, and what led to what. */
import type { DatasetId, ModelId, VersionId } from '../../../shared/contract/ids.ts'
import type { LineageGraph } from '../../../shared/contract/registry.ts'
import type { Engine } from '../engine.ts'
import { listRuns, readVersion } from '../records.ts'
import { datasetTitle, versionTitle, versionsOf } from './lineage.ts'
import { recipeOf } from './recipe.ts'
import type { Recipe } from './recipe.ts'
import { lineageOf, stageOf } from './registry.ts'

class Drawing {
  readonly nodes = new Map<string, LineageGraph['nodes'][number]>()
  readonly edges: LineageGraph['edges'] = []
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  put(node: LineageGraph['nodes'][number]): void {
    this.nodes.set(node.id, node)
  }

  join(from: string, to: string, label: string): void {
    if (!this.edges.some((edge) => edge.from === from && edge.to === to && edge.label === label))
      this.edges.push({ from, to, label })
  }

  putDataset(id: DatasetId): void {
    const title = datasetTitle(this.#engine.workspace.ledger, id) ?? `${id}, removed`
    this.put({ id, kind: 'dataset', title, detail: 'dataset' })
  }

  /** @returns the version's recipe; null where it has none or is gone */
  async putVersion(id: VersionId): Promise<Recipe | null> {
    const { ledger } = this.#engine.workspace
    const title = versionTitle(ledger, id)
    const recipe = title === null ? null : await recipeOf(this.#engine, readVersion(ledger, id))
    if (this.nodes.has(id)) return recipe
    this.put({ id, kind: 'version', title: title ?? `${id}, removed`, detail: stageOf(ledger, id).stage })
    const { parents, datasets } = lineageOf(ledger, id)
    let inherited = false
    for (const parent of parents) {
      const ofParent = await this.putVersion(parent.versionId)
      inherited ||= recipe !== null && ofParent?.id === recipe.id
      this.#joinParent(id, parent, datasets, recipe)
    }
    // What the recipe was fitted on is what the version was: it comes before it.
    const own = recipe !== null && !inherited && !parents.some(({ kind }) => kind === 'recipe') ? recipe : null
    if (own) {
      this.put({ id: own.id, kind: 'recipe', title: own.steps, detail: '' })
      this.join(own.id, id, 'prepares')
    }
    const calibrated = parents.some(({ kind }) => kind === 'recalibrated')
    for (const { datasetId, use } of datasets) {
      this.putDataset(datasetId)
      if (use !== 'calibration' || !calibrated) this.join(datasetId, own && use === 'training' ? own.id : id, use)
    }
    return recipe
  }

  /** A calibration and an added recipe stand between the parent and the version; other kinds name the line. */
  #joinParent(
    id: VersionId,
    { versionId, kind, note }: ReturnType<typeof lineageOf>['parents'][number],
    datasets: ReturnType<typeof lineageOf>['datasets'],
    recipe: Recipe | null,
  ): void {
    if (kind === 'recipe') {
      const step = `recipe of ${id}`
      this.put({
        id: step,
        kind: 'recipe',
        title: recipe?.steps ?? (note || 'Preparation'),
        detail: recipe ? note : '',
      })
      this.join(versionId, step, 'put behind')
      this.join(step, id, 'gives')
    } else if (kind === 'recalibrated') {
      const step = `calibration of ${id}`
      const [method = '', fitted = ''] = note.split(', fitted on ')
      const detail = fitted === '' ? '' : `fitted on ${fitted.split(', ')[0]}`
      this.put({ id: step, kind: 'calibration', title: method || 'Calibration', detail })
      this.join(versionId, step, 'calibrated')
      for (const { datasetId, use } of datasets) if (use === 'calibration') this.join(datasetId, step, 'fitted on')
      this.join(step, id, 'gives')
    } else this.join(versionId, id, kind)
  }
}

/** The versions of a model with their ancestors, recipes and calibrations, the data, the runs and the releases. */
export async function lineageGraph(engine: Engine, modelId: ModelId): Promise<LineageGraph> {
  const { ledger } = engine.workspace
  const drawing = new Drawing(engine)
  const versions = versionsOf(ledger, modelId)
  for (const id of versions) await drawing.putVersion(id)
  for (const run of listRuns(ledger).filter((entry) => versions.includes(entry.versionId))) {
    drawing.putDataset(run.datasetId)
    const title = `${run.model} ${run.version} on ${run.dataset}`
    drawing.put({ id: run.id, kind: 'run', title, detail: run.state })
    drawing.join(run.versionId, run.id, 'scored')
    drawing.join(run.datasetId, run.id, 'on')
  }
  const releases = ledger
    .prepare(
      `SELECT sequence, time, detail FROM audit WHERE event = 'release written'
       AND subject IN (SELECT id FROM version WHERE model_id = ?) ORDER BY sequence`,
    )
    .all(modelId) as { sequence: number; time: string; detail: string }[]
  for (const { sequence, time, detail } of releases) {
    const { run, by } = JSON.parse(detail) as { run: string; by?: string }
    const id = `release ${sequence}`
    if (!drawing.nodes.has(run)) continue
    drawing.put({ id, kind: 'release', title: `Released ${time.slice(0, 10)}`, detail: by ? `by ${by}` : '' })
    drawing.join(run, id, 'released')
  }
  return { nodes: [...drawing.nodes.values()], edges: drawing.edges }
}
