/** What the user has said about a file so far. What is not said is inferred by the engine. */
import type {
  ColumnType,
  DatasetOptions,
  DatasetPreview,
  Dialect,
  Role,
  Task,
} from '../../../shared/contract/dataset.ts'
import { ownValue } from '../../../shared/format/own-value.ts'

export interface Draft {
  readonly name: string
  readonly dialect: Partial<Dialect>
  readonly types: Readonly<Record<string, ColumnType>>
  readonly roles: Readonly<Record<string, Role>>
  readonly protectedColumns: readonly string[]
  readonly task: Task | 'inferred'
  readonly positive: string
  readonly skipBadRows: boolean
}

export const newDraft = (fileName: string): Draft => ({
  name: fileName.replace(/\.[^.]+$/, '') || fileName,
  dialect: {},
  types: {},
  roles: {},
  protectedColumns: [],
  task: 'inferred',
  positive: '',
  skipBadRows: false,
})

/** Roles that an import takes; the others can be given to the dataset afterwards. */
export const importRoles = [
  'feature',
  'target',
  'id',
  'time',
  'weight',
  'group',
  'ignored',
] as const satisfies readonly Role[]
const single: ReadonlySet<Role> = new Set(['target', 'id', 'time', 'weight', 'group'])

export const rolesOf = (draft: Draft, preview: DatasetPreview): Readonly<Record<string, Role>> => {
  const roles: Record<string, Role> = {}
  for (const column of preview.columns) {
    const inferred = column.name === preview.suggestedTarget ? 'target' : column.role
    // A multilabel task has as many targets as labels: those that are named.
    const taken = single.has(inferred) && Object.values(draft.roles).includes(inferred)
    roles[column.name] = ownValue(draft.roles, column.name) ?? (taken ? 'feature' : inferred)
  }
  return roles
}

/**
 * One column at most is the target, the id, the time, the weight or the group: the one before becomes a feature. A
 * multilabel task has a target a label.
 */
export const withRole = (draft: Draft, preview: DatasetPreview, name: string, role: Role): Draft => {
  const before = rolesOf(draft, preview)
  const roles: Record<string, Role> = { ...draft.roles, [name]: role }
  if (single.has(role) && !(role === 'target' && draft.task === 'multilabel')) {
    for (const [other, has] of Object.entries(before)) if (has === role && other !== name) roles[other] = 'feature'
  }
  return { ...draft, roles }
}

/** Only what changes how the file is read, so that a role does not read it again. */
export const readingOptions = (draft: Draft): DatasetOptions => ({
  ...(Object.keys(draft.dialect).length > 0 ? { dialect: draft.dialect } : {}),
  ...(Object.keys(draft.types).length > 0 ? { types: { ...draft.types } } : {}),
  ...(draft.skipBadRows ? { badRows: 'skip' as const } : {}),
})

export const importOptions = (draft: Draft, preview: DatasetPreview): DatasetOptions => {
  const roles = Object.entries(rolesOf(draft, preview))
  const named = (role: Role): string | undefined => roles.find(([, has]) => has === role)?.[0]
  const target = named('target')
  const id = named('id')
  const time = named('time')
  const weight = named('weight')
  const group = named('group')
  const labels = roles.filter(([, role]) => role === 'target').map(([name]) => name)
  const multilabel = draft.task === 'multilabel' && labels.length > 0
  return {
    ...readingOptions(draft),
    name: draft.name.trim(),
    ...(target === undefined || multilabel ? {} : { target }),
    ...(multilabel ? { labels } : {}),
    ...(id === undefined ? {} : { id }),
    ...(time === undefined ? {} : { time }),
    ...(weight === undefined ? {} : { weight }),
    ...(group === undefined ? {} : { group }),
    protected: draft.protectedColumns.filter((name) => roles.some(([column]) => column === name)),
    ignored: roles.filter(([, role]) => role === 'ignored').map(([name]) => name),
    ...(draft.task === 'inferred' ? {} : { task: draft.task }),
    ...(draft.positive.trim() === '' ? {} : { positive: draft.positive.trim() }),
    badRows: draft.skipBadRows ? 'skip' : 'stop',
  }
}
