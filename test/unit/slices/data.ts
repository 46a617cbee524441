/** Made rows for the slice search. */
import type { SearchColumn } from '../../../shared/slices/beam.ts'
import { cutCategories, cutNumbers } from '../../../shared/slices/cut-column.ts'
import type { CutColumn } from '../../../shared/slices/cut-column.ts'
import { searchSlices } from '../../../shared/slices/search-slices.ts'
import type { SlicesInput, SlicesResult } from '../../../shared/slices/search-slices.ts'
import type { Random } from '../../../shared/statistics/random.ts'

/** Numbers are uniform in [0, 100), categories are a, b, c, … with falling frequency; 3 % of each are missing. */
export function drawColumns(random: Random, n: number, numbers: number, categories: number): SearchColumn[] {
  const columns: SearchColumn[] = []
  for (let k = 0; k < numbers; k++) {
    const cut = cutNumbers(`number ${k}`, [20, 40, 60, 80], 0, true)!
    const coded = new Uint8Array(n)
    for (let row = 0; row < n; row++) {
      coded[row] = random.uniform() < 0.03 ? cut.missing : Math.floor(random.uniform() * 5)
    }
    columns.push({ ...cut, coded })
  }
  for (let k = 0; k < categories; k++) {
    const cut = cutCategories(`category ${k}`, ['a', 'b', 'c', 'd'], 4, true)!
    const coded = new Uint8Array(n)
    for (let row = 0; row < n; row++) {
      coded[row] = random.uniform() < 0.03 ? cut.missing : Math.floor(4 * random.uniform() ** 1.7)
    }
    columns.push({ ...cut, coded })
  }
  return columns
}

export function coded(cut: CutColumn, codes: ArrayLike<number>): SearchColumn {
  return { ...cut, coded: Uint8Array.from(codes) }
}

export function search(more: Partial<SlicesInput> & Pick<SlicesInput, 'losses' | 'columns'>): SlicesResult {
  return searchSlices({ isRate: true, defined: [], depth: 3, minimumRows: 30, level: 0.05, ...more })
}
