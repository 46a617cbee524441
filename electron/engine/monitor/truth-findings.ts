/** What could not be made of the true values of a file. */
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { OutputBinding } from '../../../shared/contract/model.ts'
import { plural } from '../../../shared/format/number.ts'
import type { Duck } from '../../data-plane/duck.ts'
import type { OpenedLog } from './open-log.ts'
import type { Truth } from './truth-sql.ts'

const wanted: Partial<Record<OutputBinding['task'], string>> = {
  regression: 'a number',
  ranking: 'a relevance, which is a number of 0 or more',
  multilabel: 'yes or no for a label, or a list of labels',
}

export async function truthFindings(
  duck: Duck,
  log: Pick<OpenedLog, 'sql'>,
  { wrong, unknown }: Truth,
  { task, classes }: OutputBinding,
): Promise<EvidenceFinding[]> {
  if (wrong === 'false' && unknown === 'false') return []
  const found = await duck.run(`SELECT count(*) FILTER (${wrong}), count(*) FILTER (${unknown}) FROM ${log.sql}`)
  const [unread, strange] = (await found.getRows())[0]!.map(Number)
  const findings: EvidenceFinding[] = []
  if (unread! > 0) {
    findings.push({
      code: 'monitor/label-type',
      severity: 'warning',
      message: `${plural(unread!, 'row')} with a true value that is not ${wanted[task]}; it counts as missing.`,
      remedy: 'Look at what writes the labels.',
      where: { rows: unread! },
    })
  }
  if (strange! > 0) {
    findings.push({
      code: 'monitor/unknown-label',
      severity: 'warning',
      message: `${plural(strange!, 'row')} with a label that the model does not know; the others of the row count.`,
      remedy: `The model knows: ${classes.slice(0, 20).join(', ')}.`,
      where: { rows: strange! },
    })
  }
  return findings
}
