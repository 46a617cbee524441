import type { InputColumn } from '../../shared/serving/release-manifest.ts'

/** A column of a release's schema: a number without limits, but for what is said. */
export const inputColumn = (more: Partial<InputColumn> = {}): InputColumn => ({
  name: 'x',
  type: 'float',
  missing: false,
  protected: false,
  minimum: null,
  maximum: null,
  categories: null,
  image: null,
  reference: null,
  ...more,
})
