/** A DuckDB of one's own: in memory, offline, with a bound on memory and a place to spill. */
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBMaterializedResult } from '@duckdb/node-api'

export interface DuckOptions {
  /** Where sorts and joins larger than the memory limit go. */
  readonly temporaryDirectory: string
}

export interface Duck {
  readonly connection: DuckDBConnection
  run(sql: string): Promise<DuckDBMaterializedResult>
  /** Stops the query under way; it rejects. */
  interrupt(): void
  close(): void
}

/** Half of what a scoring run may use in all. */
const memoryLimit = '250MB'

/** Settings of every instance: nothing is fetched or loaded from outside. */
export const offline = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
} as const

export async function openDuck({ temporaryDirectory }: DuckOptions): Promise<Duck> {
  const instance = await DuckDBInstance.create(':memory:', {
    ...offline,
    memory_limit: memoryLimit,
    temp_directory: temporaryDirectory,
  })
  const connection = await instance.connect()
  return {
    connection,
    run: (sql) => connection.run(sql),
    interrupt: () => connection.interrupt(),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
