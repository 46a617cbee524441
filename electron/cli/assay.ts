/** `assay`: the engine without a window. What the window can do, this can. */
import { resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { createWorkspace } from '../engine/workspace/workspace.ts'
import { notWritable } from '../engine/workspace/write-whole.ts'
import { addCheckCommand } from './commands/check.ts'
import { addCompareCommands } from './commands/compare.ts'
import { addDatasetCommands } from './commands/datasets.ts'
import { addFairnessCommands } from './commands/fairness.ts'
import { addExplainCommands } from './commands/explain.ts'
import { addDriftCommands } from './commands/drift.ts'
import { addModelCommands } from './commands/models.ts'
import { addMonitorCommands } from './commands/monitor.ts'
import { addPersonCommands } from './commands/person.ts'
import { addGateCommands } from './commands/policy.ts'
import { addShrinkCommands } from './commands/shrink.ts'
import { addReleaseCommands } from './commands/release.ts'
import { addRegistryCommands } from './commands/registry.ts'
import { addReviewCommands } from './commands/review.ts'
import { addRunCommands } from './commands/runs.ts'
import { addVerifyCommands } from './commands/verify.ts'
import { exitCodes, printJson, printLine, reportError } from './output.ts'
import { assayVersion, withSession } from './session.ts'

export interface Global {
  readonly workspace: string | undefined
  readonly json: boolean
}

function makeProgram(): Command {
  const program = new Command('assay')
    .description('Decides whether a model may go to production, and proves why.')
    .version(assayVersion)
    .showHelpAfterError('(add --help for what this command takes)')
    .exitOverride()
    .addHelpText('after', '\nExit codes: 0 ok, 1 a gate failed, 2 usage, 3 bad input, 4 internal error.')
  let current: Command = program
  const global = (): Global => {
    // Options may stand before or after the command's name.
    const options = current.optsWithGlobals<{ workspace?: string; json?: boolean | string }>()
    return { workspace: options.workspace, json: options.json === true }
  }
  program.hook('preAction', (_, action) => {
    current = action
  })
  program
    .command('init <folder>')
    .description('make an empty workspace')
    .action(async (folder: string) => {
      await createWorkspace(folder)
      if (global().json) printJson({ workspace: { folder: resolve(folder) } })
      else printLine(`Made a workspace in ${resolve(folder)}`)
    })
  addDatasetCommands(program, global)
  addModelCommands(program, global)
  addRunCommands(program, global)
  addDriftCommands(program, global)
  addExplainCommands(program, global)
  addFairnessCommands(program, global)
  addCompareCommands(program, global)
  addGateCommands(program, global)
  addCheckCommand(program, global)
  addRegistryCommands(program, global)
  addPersonCommands(program, global)
  addReviewCommands(program, global)
  addVerifyCommands(program, global)
  addShrinkCommands(program, global)
  addReleaseCommands(program, global)
  addMonitorCommands(program, global)
  program
    .command('samples')
    .description('load the samples that ship with Assay and evaluate the first')
    .action(async () => {
      const { workspace, json } = global()
      await withSession(workspace, json, async (session) => {
        const { jobId } = await session.call.workspace.loadSamples()
        const runId = await session.follow(jobId)
        if (json) printJson({ run: { id: runId } })
        else printLine(`Loaded. The evaluated run is ${runId}`)
      })
    })
  addGlobalOptions(program)
  return program
}

/** On every command, so that they may stand where people put them: before or after the command's name. */
function addGlobalOptions(command: Command): void {
  command.option(
    '--workspace <folder>',
    'the workspace (default: ASSAY_WORKSPACE, this folder or one above it, ~/Assay)',
  )
  if (!command.options.some((option) => option.long === '--json')) command.option('--json', 'print JSON')
  // `report --json FILE` has its own meaning: without this, the program would take every --json first.
  command.enablePositionalOptions()
  command.exitOverride()
  for (const child of command.commands) addGlobalOptions(child)
}

export async function main(argv: readonly string[]): Promise<number> {
  try {
    await makeProgram().parseAsync([...argv], { from: 'user' })
    return Number(process.exitCode ?? exitCodes.ok)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    return reportError(error, argv.includes('--json') && argv[0] !== 'report')
  }
}

// `assay … | head` closes the pipe early: what is left to print is dropped, and the exit code stays what it is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.exit(reportError(notWritable(error, 'standard output'), false))
})
// Node itself would end with 1, which says that a gate failed.
process.on('uncaughtException', (error) => process.exit(reportError(error, false)))
process.exitCode = await main(process.argv.slice(2))
