/** Slow versions, each straight from its definition, row by row. */
export interface PlainRow {
  readonly group: string
  readonly y: boolean
  readonly selected: boolean
  readonly stratum?: string
}

const share = (rows: readonly PlainRow[], holds: (row: PlainRow) => boolean): number =>
  rows.filter(holds).length / rows.length

export function slowRates(rows: readonly PlainRow[], group: string): Record<string, number> {
  const mine = rows.filter((row) => row.group === group)
  return {
    selection_rate: share(mine, (row) => row.selected),
    base_rate: share(mine, (row) => row.y),
    tpr: share(
      mine.filter((row) => row.y),
      (row) => row.selected,
    ),
    tnr: share(
      mine.filter((row) => !row.y),
      (row) => !row.selected,
    ),
    fpr: share(
      mine.filter((row) => !row.y),
      (row) => row.selected,
    ),
    fnr: share(
      mine.filter((row) => row.y),
      (row) => !row.selected,
    ),
    ppv: share(
      mine.filter((row) => row.selected),
      (row) => row.y,
    ),
    npv: share(
      mine.filter((row) => !row.selected),
      (row) => !row.y,
    ),
    fdr: share(
      mine.filter((row) => row.selected),
      (row) => !row.y,
    ),
    for: share(
      mine.filter((row) => !row.selected),
      (row) => row.y,
    ),
    accuracy: share(mine, (row) => row.selected === row.y),
  }
}

/** smclarify's formulas, d against a, from label and decision indices. */
export function slowClarify(rows: readonly PlainRow[], d: string, a: string): Record<string, number> {
  const count = (group: string, holds: (row: PlainRow) => boolean): number =>
    rows.filter((row) => row.group === group && holds(row)).length
  const ratio = (group: string, top: (row: PlainRow) => boolean, bottom: (row: PlainRow) => boolean): number =>
    count(group, top) / count(group, bottom)
  const all = (): boolean => true
  const positive = (row: PlainRow): boolean => row.y
  const selected = (row: PlainRow): boolean => row.selected
  const negative = (row: PlainRow): boolean => !row.y
  const rejected = (row: PlainRow): boolean => !row.selected
  const right = (row: PlainRow): boolean => row.y === row.selected
  const both = (first: (row: PlainRow) => boolean, second: (row: PlainRow) => boolean) => (row: PlainRow) =>
    first(row) && second(row)
  const strata = [...new Set(rows.map((row) => row.stratum ?? ''))]
  const compared = rows.filter((row) => row.group === d || row.group === a)
  const cddpl = strata.reduce((sum, stratum) => {
    const mine = compared.filter((row) => (row.stratum ?? '') === stratum)
    const part = (holds: (row: PlainRow) => boolean): number => {
      const of = mine.filter(holds)
      return of.length === 0 ? 0 : of.filter((row) => row.group === d).length / of.length
    }
    return sum + mine.length * (part(rejected) - part(selected))
  }, 0)
  return {
    DPPL: ratio(a, selected, all) - ratio(d, selected, all),
    DI: ratio(d, selected, all) / ratio(a, selected, all),
    DCA: ratio(a, positive, selected) - ratio(d, positive, selected),
    DCR: ratio(d, negative, rejected) - ratio(a, negative, rejected),
    RD: ratio(a, both(positive, selected), positive) - ratio(d, both(positive, selected), positive),
    SD: ratio(d, both(negative, rejected), negative) - ratio(a, both(negative, rejected), negative),
    DAR: ratio(a, both(positive, selected), selected) - ratio(d, both(positive, selected), selected),
    DRR: ratio(d, both(negative, rejected), rejected) - ratio(a, both(negative, rejected), rejected),
    AD: ratio(a, right, all) - ratio(d, right, all),
    TE:
      ratio(d, both(positive, rejected), both(negative, selected)) -
      ratio(a, both(positive, rejected), both(negative, selected)),
    CDDPL: cddpl / compared.length,
  }
}
