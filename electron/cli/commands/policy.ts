/** `assay policy` and `assay gate`: what must hold for a release, and whether it does. */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import type { GateState } from '../../../shared/contract/approval.ts'
import { AssayError } from '../../../shared/contract/errors.ts'
import type { GateResult, Gates } from '../../../shared/contract/policy.ts'
import { policySchema } from '../../../shared/contract/policy.ts'
import { formatShort } from '../../../shared/format/number.ts'
import { lintPolicy } from '../../../shared/policy/lint-policy.ts'
import { presets } from '../../../shared/policy/presets/presets.ts'
import type { Global } from '../assay.ts'
import { findRun, findVersion } from '../find.ts'
import { exitCodes, metricText, printJson, printLine, printTable } from '../output.ts'
import { withSession } from '../session.ts'

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AssayError({
      code: 'policy/file',
      message: `${path} cannot be read (${error.code}).`,
      remedy: 'Check the path. A policy to start from: assay policy preset binary-risk.',
    })
  })
}

function figureText({ figure }: GateResult): string {
  if (!figure) return '—'
  if (typeof figure.value !== 'number') return String(figure.value ?? '—')
  if (figure.low === null || figure.high === null) return formatShort(figure.value)
  return metricText({ value: figure.value, low: figure.low, high: figure.high, n: figure.n ?? 0, method: null })
}

function outcomeText(gate: GateResult): string {
  if (gate.outcome !== 'pass' && gate.waiver?.inForce) return `${gate.outcome}, waived`
  return gate.severity === 'warn' && gate.outcome !== 'pass' ? `${gate.outcome}, warns` : gate.outcome
}

export function printGates(gates: Gates): void {
  printTable(
    ['gate', 'outcome', 'value  interval', 'must be', 'why'],
    gates.gates.map((gate) => [gate.id, outcomeText(gate), figureText(gate), gate.requirement, gate.reason]),
  )
  const { counts } = gates
  printLine()
  printLine(
    `${gates.policyName}: ${gates.outcome}. ${counts.pass} pass, ${counts.fail} fail, ${counts.inconclusive} inconclusive, ${counts.missing} missing; ${counts.blocking} stop the release.`,
  )
  printLine(`evidence ${gates.evidenceSha256}`)
  printLine(`policy   ${gates.policySha256}`)
}

/** A blocking gate that does not pass, inconclusive and missing ones included, is exit code 1. */
export function setGateExit(gates: Gates): void {
  if (gates.outcome === 'blocked') process.exitCode = exitCodes.gateFailed
}

function addPolicyCommands(program: Command, global: () => Global): void {
  const policy = program.command('policy').description('write, lint and keep policies: release criteria as YAML')
  policy
    .command('lint <file>')
    .description('say everything that is wrong or doubtful in a policy, with line and column')
    .action(async (file: string) => {
      const { policy: read, problems } = lintPolicy(await readText(file), new Date().toISOString().slice(0, 10))
      if (global().json) printJson({ ok: read !== null, problems })
      else {
        for (const { line, column, severity, code, message, remedy } of problems)
          printLine(`${file}:${line}:${column}  ${severity}  ${code}: ${message} ${remedy}`)
        printLine(read ? `${read.name}: ${read.gates.length} gates, no error` : `${problems.length} problems`)
      }
      if (!read) process.exitCode = exitCodes.badInput
    })
  policy
    .command('preset [name]')
    .description(`print a policy to start from: ${presets.map((preset) => preset.name).join(', ')}`)
    .option('--out <file>', 'write it to a file that does not exist yet')
    .action(async (name: string | undefined, flags: { out?: string }) => {
      if (name === undefined) {
        if (global().json) return printJson({ presets })
        return printTable(
          ['preset', 'for'],
          presets.map((preset) => [preset.name, preset.title]),
        )
      }
      const preset = presets.find((entry) => entry.name === name)
      if (!preset) {
        throw new AssayError({
          code: 'usage/preset',
          message: `There is no preset "${name}".`,
          remedy: `Presets: ${presets.map((entry) => entry.name).join(', ')}.`,
        })
      }
      if (flags.out === undefined) return void process.stdout.write(preset.text)
      await writeFile(flags.out, preset.text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
        throw new AssayError({
          code: 'policy/file',
          message: `${flags.out} cannot be written (${error.code}).`,
          remedy: 'Name a file that does not exist, in a folder that does.',
        })
      })
      if (global().json) printJson({ file: resolve(flags.out) })
      else printLine(`wrote ${resolve(flags.out)}`)
    })
  policy
    .command('schema')
    .description('print the JSON Schema of a policy, for editors that complete and check while you type')
    .action(() => printJson(z.toJSONSchema(policySchema)))
  policy
    .command('paths <run>')
    .description('list the figures of a run’s evidence that a gate can name')
    .action(async (wanted: string) => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const paths = await session.call.policies.paths({ runId: await findRun(session, wanted) })
        if (json) return printJson({ paths })
        printTable(
          ['path', 'value  interval'],
          paths.map(({ path, ...metric }) => [path, metricText({ ...metric, n: 0, method: null })]),
        )
      })
    })
  policy
    .command('list')
    .description('the policies that the workspace keeps')
    .action(async () => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const policies = await session.call.policies.list()
        if (json) return printJson({ policies })
        printTable(
          ['name', 'gates', 'risk', 'saved', 'sha256'],
          policies.map((entry) => [entry.name, String(entry.gates), entry.riskTier, entry.savedAt, entry.sha256]),
        )
      })
    })
}

interface GateFlags {
  policy: string
  junit?: string
  champion?: string
}

export function addGateCommands(program: Command, global: () => Global): void {
  addPolicyCommands(program, global)
  program
    .command('gate <run>')
    .description('hold a run’s evidence against a policy ("latest" is the newest run)')
    .requiredOption('--policy <file>', 'the policy as YAML')
    .option('--junit <file>', 'write the results as JUnit XML, for pipelines')
    .option('--champion <model>', 'compare with this version instead of the model’s champion')
    .addHelpText(
      'after',
      '\nExit code 1 when a gate of severity block fails, is inconclusive (its 95 % interval straddles the limit) or is missing, and no waiver is in force.',
    )
    .action(async (wanted: string, flags: GateFlags) => {
      const { workspace, json } = global()
      const text = await readText(flags.policy)
      await withSession(workspace, json, async (session) => {
        const runId = await findRun(session, wanted)
        const state: GateState = await session.call.gates.judge({
          runId,
          policy: { text },
          ...(flags.champion === undefined ? {} : { championId: await findVersion(session, flags.champion) }),
        })
        if (flags.junit !== undefined) await session.call.gates.junit({ runId, file: { path: resolve(flags.junit) } })
        if (json) printJson(state.gates)
        else printGates(state.gates)
        setGateExit(state.gates)
      })
    })
}
