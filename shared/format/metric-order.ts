/** Names of metrics as people count: precision at 3 before precision at 10. */
const collator = new Intl.Collator('en', { numeric: true })

export const metricEntries = <T>(metrics: Readonly<Record<string, T>>): [name: string, metric: T][] =>
  Object.entries(metrics).sort(([a], [b]) => collator.compare(a.replaceAll('_', ' '), b.replaceAll('_', ' ')))
