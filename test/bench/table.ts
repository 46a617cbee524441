/** A seeded table of 30 numbers and a binary target, written by DuckDB. */
import { DuckDBInstance } from '@duckdb/node-api'

export async function writeTable(path: string, rows: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '300MB' })
  const connection = await instance.connect()
  await connection.run('SELECT setseed(0.5)')
  const features = Array.from({ length: 30 }, (_, k) => `round(random() * 2 - 1, 6) AS x${k}`).join(', ')
  await connection.run(
    `COPY (SELECT ${features}, (random() < 0.3)::INT AS y FROM range(${rows})) TO '${path}' (HEADER)`,
  )
  connection.closeSync()
  instance.closeSync()
}
