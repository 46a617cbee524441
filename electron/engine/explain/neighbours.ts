/** The rows nearest to a row that have another outcome: what the model has seen that is almost the same, decided otherwise. */
import type { Neighbours } from '../../../shared/contract/explain-turning.ts'
import type { RunId } from '../../../shared/contract/ids.ts'
import type { GivenRows } from '../../../shared/explain/given-rows.ts'
import { makeRowDistance } from '../../../shared/explain/row-distance.ts'
import { valueText } from '../../../shared/explain/value-text.ts'
import { meanAndError } from '../../../shared/statistics/mean.ts'
import { openReader, streamColumns } from '../../data-plane/stream-columns.ts'
import type { Engine } from '../engine.ts'
import { openDecisions } from './decisions.ts'
import { withLocalSession } from './local-session.ts'
import { readRow } from './read-rows.ts'
import { openRunScores } from './run-scores.ts'

const chunkRows = 16_384

interface Near {
  readonly row: number
  readonly distance: number
  readonly decision: number
  readonly score: number
}

/** All rows are looked at, in constant memory. @throws AssayError explain/no-such-row */
export async function findNeighbours(engine: Engine, id: RunId, row: number, wanted: number): Promise<Neighbours> {
  return withLocalSession(engine, id, async ({ subject, columns, predictor, sample }) => {
    const { dataset } = subject
    const given = await readRow(engine, dataset, columns, row)
    const data = await sample()
    const distance = makeRowDistance(data)
    const decisions = await openDecisions(engine, id, subject)
    const own = await predictor.predict(given.columns, 1)
    const [decided, score] = [decisions.decide(own, 0), decisions.scoreOf(own, 0)]
    const spread = decisions.classes === null ? await spreadOf(predictor, data) : 0
    const isOther = (decision: number, other: number): boolean =>
      decisions.classes === null ? Math.abs(other - score) >= spread && spread > 0 : decision !== decided
    const best: Near[] = []
    const scores = await openRunScores(engine, subject)
    try {
      const stream = streamColumns({
        reader: await openReader(),
        parquetPath: engine.workspace.files.path(dataset.data.sha256),
        columns,
        from: 0,
        chunkRows,
      })
      for await (const chunk of stream) {
        const stored = await scores.take(chunk.rows)
        const rows: GivenRows = {
          rows: chunk.rows,
          numbers: new Float64Array(0),
          columns: columns.map((column, k) => ({ ...column, values: chunk.columns[k]! })),
        }
        for (let k = 0; k < chunk.rows; k++) {
          const decision = decisions.decide(stored, k)
          const other = decisions.scoreOf(stored, k)
          if (!isOther(decision, other)) continue
          const worst = best.length < wanted ? Infinity : best.at(-1)!.distance
          const far = distance.between(given, 0, rows, k, worst)
          if (far >= worst) continue
          best.push({ row: chunk.from + k, distance: far, decision, score: other })
          best.sort((a, b) => a.distance - b.distance || a.row - b.row)
          if (best.length > wanted) best.pop()
        }
      }
    } finally {
      await scores.close()
    }
    const target = dataset.columns.find((column) => column.role === 'target')
    const read = [...columns, ...(target ? [{ name: target.name, as: 'string' as const }] : [])]
    const found: Neighbours['found'] = []
    for (const { row: place, distance: far, decision, score: other } of best) {
      const values = await readRow(engine, dataset, read, place)
      found.push({
        row: place,
        distance: far,
        decision: decisions.classes?.[decision] ?? 'another prediction',
        score: other,
        target: target ? (values.columns.at(-1)!.values[0] as string | null) : null,
        differences: columns.flatMap(({ name }, k) => {
          const [from, to] = [given.columns[k]!.values[0], values.columns[k]!.values[0]]
          return distance.step(k, from, to) === 0 ? [] : [{ column: name, from: valueText(from), to: valueText(to) }]
        }),
      })
    }
    return {
      decision: decisions.classes?.[decided] ?? valueText(score),
      rule:
        decisions.classes === null
          ? `a prediction that differs by ${valueText(Number(spread.toPrecision(4)))}, one standard deviation of the predictions, or more`
          : 'another decision of the model',
      found,
      searched: dataset.rows,
    }
  })
}

async function spreadOf(
  predictor: { predict(columns: GivenRows['columns'], rows: number): Promise<Float64Array[]> },
  data: GivenRows,
): Promise<number> {
  const [predicted] = await predictor.predict(data.columns, data.rows)
  return meanAndError(data.rows, (row) => predicted![row]!).deviation
}
