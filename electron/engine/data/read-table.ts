/** What preview and import share: a file of any format as named columns of text with inferred types and roles. */
import type { Dataset, DatasetOptions, Role } from '../../../shared/contract/dataset.ts'
import type { EvidenceFinding } from '../../../shared/contract/evidence.ts'
import type { Duck } from '../../data-plane/duck.ts'
import { decodeHead, missingTexts, parseSample } from './detect-dialect.ts'
import type { Dialect } from './detect-dialect.ts'
import { inferTypes } from './infer-types.ts'
import type { InferredType, MissingRule } from './infer-types.ts'
import { looksLikeImages } from './image-columns.ts'
import { chosenType } from './cast-columns.ts'
import { uniqueNames } from './text-relation.ts'
import type { TextRelation } from './text-relation.ts'
import { findNamed } from './infer-roles.ts'

export interface Header {
  readonly names: string[]
  /** Roles that the file itself states. */
  readonly roles: Readonly<Record<string, Role>>
  readonly findings: EvidenceFinding[]
}

const orangeRoleOf: Record<string, Role> = {
  class: 'target',
  c: 'target',
  meta: 'ignored',
  m: 'ignored',
  ignore: 'ignored',
  i: 'ignored',
}

export function renamedFindings(changed: readonly { from: string; to: string }[]): EvidenceFinding[] {
  return changed.slice(0, 20).map(({ from, to }) => ({
    code: 'dataset/column-renamed',
    severity: 'note',
    message: `The column "${from.slice(0, 100)}" is called "${to}": ${from.trim() === '' ? 'its name was empty' : 'another column has that name (upper and lower case count as one), or it has control characters'}.`,
    remedy: 'Rename it in the file if you want another name.',
    where: { column: to },
  }))
}

/** Names from the first record, and Orange's roles from the third. */
export function readHeader(head: Buffer, dialect: Dialect): Header {
  const text = decodeHead(head, dialect.encoding, dialect.bom)
  const records = parseSample(text, dialect.delimiter, dialect.newline, 4)
  const [first = []] = records
  const raw = dialect.headerLines === 0 ? first.map((_, index) => `column_${index + 1}`) : first
  const { names, changed } = uniqueNames(raw)
  const roles: Record<string, Role> = {}
  if (dialect.headerLines === 3) {
    names.forEach((name, index) => {
      const role = orangeRoleOf[(records[2]?.[index] ?? '').trim().toLowerCase()]
      if (role) roles[name] = role
    })
  }
  return { names, roles, findings: renamedFindings(changed) }
}

export function missingRule(dialect: Dataset['source']['dialect']): MissingRule {
  return { texts: dialect?.missing ?? missingTexts, decimal: dialect?.decimal ?? '.' }
}

/**
 * Types of all columns: inferred from every row of the relation, then what the user chose.
 * @throws AssayError dataset/no-such-column
 */
export async function typesOf(
  duck: Duck,
  relation: TextRelation,
  rule: MissingRule,
  options: DatasetOptions,
): Promise<{ types: InferredType[]; chosen: boolean[] }> {
  const inferred = await inferTypes(duck, relation.sql, relation.names.length, rule)
  const sample = await (await duck.run(`SELECT * FROM ${relation.sql} LIMIT 50`)).getColumns()
  const named = relation.names.map((name) => ({ name, type: 'string' as const }))
  const wanted = new Map(
    Object.entries(options.types ?? {}).map(([name, type]) => [findNamed(named, name, `a ${type} column`).name, type]),
  )
  const types = inferred.map((found, index) => {
    const type = wanted.get(relation.names[index]!)
    if (type !== undefined) return chosenType(type, found, rule)
    if (found.type === 'string' && looksLikeImages(sample[index] as (string | null)[]))
      return { ...found, type: 'image' as const }
    return found
  })
  return { types, chosen: relation.names.map((name) => wanted.has(name)) }
}
