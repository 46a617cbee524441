/** `TRACE=sql,rpc,scoring` prints timed lines to standard error; nothing is computed for a topic that is off. */
const topics = new Set((process.env['TRACE'] ?? '').split(',').filter(Boolean))
const start = performance.now()

export function trace(topic: 'sql' | 'rpc' | 'scoring' | 'jobs', text: string): void {
  if (!topics.has(topic)) return
  process.stderr.write(`${(performance.now() - start).toFixed(1).padStart(9)} ms  ${topic}  ${text}\n`)
}
