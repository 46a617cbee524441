/** Runs a script with a Python that has scikit-learn, where there is one. */
import { spawnSync } from 'node:child_process'

const candidates = ['/usr/bin/python3', 'python3']

/** The interpreter, or null where none can import scikit-learn: the tests that need it skip, and say so. */
export const pythonWithSklearn: string | null =
  candidates.find((path) => spawnSync(path, ['-c', 'import sklearn']).status === 0) ?? null
if (!pythonWithSklearn) console.warn('Skipped: no Python with scikit-learn, so nothing is compared with it here')

/**
 * @param script Reads JSON from standard input as `data` and leaves what it found in `result`.
 * @throws Error with what Python wrote, where the script fails.
 */
export function runPython(script: string, data: unknown): Record<string, number | null> {
  const whole = `import json, sys, warnings\nwarnings.simplefilter('ignore')\ndata = json.load(sys.stdin)\n${script}\njson.dump(result, sys.stdout)`
  const run = spawnSync(pythonWithSklearn!, ['-c', whole], {
    input: JSON.stringify(data),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (run.status !== 0) throw new Error(run.stderr)
  return JSON.parse(run.stdout) as Record<string, number | null>
}
