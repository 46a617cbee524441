/** Everything the calls share: the workspace, the jobs, the way to start scorers, and what this build is. */
import { createRequire } from 'node:module'
import { arch, platform, release } from 'node:os'
import type { KeptScorer } from './scoring/kept-scorer.ts'
import type { Launcher } from './scoring/launcher.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Workspace } from './workspace/workspace.ts'

export interface Software {
  readonly assay: string
  readonly node: string
  readonly onnxruntime: string
  readonly duckdb: string
  readonly platform: string
}

export interface Engine {
  readonly workspace: Workspace
  readonly jobs: Jobs
  readonly launcher: Launcher
  readonly keptScorer: KeptScorer
  readonly software: Software
  /** The folder of the samples that ship with Assay; null where they were left out. */
  readonly samplesFolder: string | null
  /** The script that evaluates in a worker thread. */
  readonly workerPath: string
  /** Threads for ONNX Runtime. */
  readonly threads: number
}

const require = createRequire(import.meta.url)

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version
}

export function readSoftware(assay: string): Software {
  return {
    assay,
    node: process.versions.node,
    onnxruntime: versionOf('onnxruntime-node'),
    duckdb: versionOf('@duckdb/node-api'),
    platform: `${platform()} ${release()} ${arch()}`,
  }
}
