import type { DriftVerdict } from '../contract/drift-column.ts'

/** Worst first. */
const rank: readonly DriftVerdict[] = ['drifted', 'slight', 'stable', 'undefined']

/** A column counts by the worse of its values and its missing share. */
export const worse = (values: DriftVerdict, missing: DriftVerdict | undefined): DriftVerdict =>
  missing !== undefined && rank.indexOf(missing) < rank.indexOf(values) ? missing : values
