/** Killed 30 times at random moments, import and scoring end as if nothing had happened, to the byte. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../support/engine.ts'
import { makeMlp } from '../support/make-mlp.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const kills = 30
const rows = 60_000
const folder = temporaryFolder()
let csv: string
let model: string

beforeAll(() => {
  csv = join(folder, 'table.csv')
  model = join(folder, 'mlp.onnx')
  let state = 7
  const uniform = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  const lines = Array.from(
    { length: rows },
    () => Array.from({ length: 8 }, () => uniform().toFixed(5)).join(',') + (uniform() < 0.3 ? ',1' : ',0'),
  )
  writeFileSync(csv, `a,b,c,d,e,f,g,h,y\n${lines.join('\n')}\n`)
  // Heavy on purpose: a run takes seconds, so that it can be killed in the middle.
  writeFileSync(model, makeMlp([8, 1200, 1200, 1]))
})

interface Answer {
  readonly state: string
  readonly scoresSha256: string
  readonly resumed: number
  readonly problems: readonly string[]
}

function start(workspace: string): { child: ChildProcess; ended: Promise<{ code: number | null; out: string }> } {
  const child = spawn(
    process.execPath,
    ['--no-warnings', join(root, 'test/support/kill-host.ts'), workspace, csv, model],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    },
  )
  let out = ''
  child.stdout!.on('data', (piece: Buffer) => (out += piece.toString()))
  return { child, ended: new Promise((resolve) => child.once('exit', (code) => resolve({ code, out }))) }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself a moment ago.
  }
}

describe.skipIf(process.platform !== 'linux')('kills', () => {
  it(`${kills} kills of scorer, engine and both: the workspace opens, the run resumes, the bytes are the same`, async () => {
    const reference = start(join(folder, 'reference'))
    const undisturbed = JSON.parse((await reference.ended).out) as Answer
    expect(undisturbed.state).toBe('scored')

    let random = 12_345
    const next = () => (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32
    let done = 0
    let workspace = ''
    let rounds = 0
    while (done < kills) {
      workspace = join(folder, `workspace-${rounds++}`)
      for (;;) {
        const { child, ended } = start(workspace)
        const wait = new Promise((resolve) => setTimeout(resolve, 300 + next() * 2500, 'kill'))
        const first = await Promise.race([wait, ended])
        if (first !== 'kill') {
          const { code, out } = await ended
          // A scorer that was killed ends its run with an error; the next start goes on.
          if (code !== 0) continue
          const answer = JSON.parse(out) as Answer
          expect(answer.problems).toEqual([])
          expect(answer.scoresSha256).toBe(undisturbed.scoresSha256)
          break
        }
        const mode = done < kills ? Math.floor(next() * 3) : -1
        if (mode === 0) for (const scorer of childrenOf(child.pid!)) kill(scorer)
        else if (mode === 1) kill(child.pid!)
        else if (mode === 2) for (const pid of [...childrenOf(child.pid!), child.pid!]) kill(pid)
        if (mode >= 0) done++
        const { code, out } = await ended
        if (code === 0) {
          expect((JSON.parse(out) as Answer).scoresSha256).toBe(undisturbed.scoresSha256)
          break
        }
      }
    }
    expect(done).toBe(kills)
  }, 300_000)
})
