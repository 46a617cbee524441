import type { Run } from '../../../shared/contract/run.ts'
import { Facts } from '../../components/facts.tsx'
import { Hash } from '../../components/hash.tsx'
import { Section } from '../../components/page.tsx'
import { formatCount, formatNumber, formatRate } from '../../../shared/format/number.ts'
import { formatDuration } from '../../../shared/format/time.ts'
import { deviceTitle } from '../../../shared/format/words.ts'

export const RunFacts = ({ run }: { readonly run: Run }) => {
  const { stats } = run
  return (
    <Section title="How it was scored">
      <Facts
        facts={[
          ['Rows', `${formatCount(run.rowsDone)} of ${formatCount(run.rows)}`],
          ['Device', deviceTitle(stats?.device ?? run.requestedDevice)],
          ...(stats
            ? ([
                ['Rows a call', formatCount(stats.batchRows)],
                ['Threads', formatCount(stats.threads)],
                ['Time', formatDuration(stats.elapsedMs)],
                ['Rate', formatRate(stats.rowsPerSecond, 'rows')],
                [
                  'Largest difference from the CPU',
                  stats.parity === null ? '— (it is the CPU)' : formatNumber(stats.parity),
                ],
                ['Resumed', stats.resumed === 0 ? 'never' : stats.resumed === 1 ? 'once' : `${stats.resumed} times`],
              ] as const)
            : []),
          ...(run.scoresSha256 === null
            ? []
            : ([
                ['Scores, SHA-256', <Hash key="scores" value={run.scoresSha256} name="hash of the scores" />],
              ] as const)),
        ]}
      />
    </Section>
  )
}
