import type { PairedDifference, Verdict as Word } from '../../../shared/contract/comparison.ts'
import { formatShort } from '../../../shared/format/number.ts'
import type { IconName } from '../../components/icon.tsx'
import { Icon } from '../../components/icon.tsx'

const looks: Readonly<Record<Word, readonly [IconName, string]>> = {
  better: ['check', 'good'],
  worse: ['warning', 'warning'],
  differs: ['note', 'quiet'],
  'no difference shown': ['note', 'quiet'],
  'not tested': ['note', 'quiet'],
  undefined: ['note', 'quiet'],
}

/** A word with an icon; only better and worse have a colour. */
export const Verdict = ({ word }: { readonly word: Word }) => (
  <span className={`badge badge-${looks[word][1]}`}>
    {(word === 'better' || word === 'worse') && <Icon name={looks[word][0]} size={14} />}
    {word === 'undefined' ? '—' : word}
  </span>
)

const notWorse = { 'non-inferior': 'yes', inferior: 'no', inconclusive: 'inconclusive' } as const

/** Both answers that a margin allows: is it not worse by that much, and does the difference matter at all? */
export const MarginVerdict = ({ found }: { readonly found: PairedDifference }) => {
  const { nonInferiority, rope } = found
  if (!nonInferiority || !rope) return null
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
  return (
    <div className="margin-verdict">
      <div>
        Not worse by {formatShort(nonInferiority.margin)}: <strong>{notWorse[nonInferiority.verdict]}</strong>
      </div>
      <div className="muted">
        {rope.verdict === 'undecided' ? 'Equivalence undecided' : `Practically ${rope.verdict}`}: within the margin{' '}
        {percent(rope.equivalent)}, better {percent(rope.better)}, worse {percent(rope.worse)}
      </div>
    </div>
  )
}
