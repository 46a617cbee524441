/**
 * The rows of one table in one order, fetched page by page as they come into view. At most `kept` pages stay in memory,
 * so that a million rows scroll in constant memory.
 */
import type { AssayErrorData } from '../../shared/contract/errors.ts'
import type { Rows, RowsRequest } from '../../shared/contract/dataset.ts'
import { toProblem } from '../engine/problem.ts'

export type LoadRows = (request: RowsRequest) => Promise<Rows>
export type Order = Pick<RowsRequest, 'sort' | 'filter'>
export type Row = readonly (string | null)[]

export interface RowsView {
  /** Null until the first page is there. */
  readonly columns: Rows['columns'] | null
  readonly total: number
  readonly problem: AssayErrorData | null
}

const pageRows = 200
const kept = 50

export class RowPages {
  readonly #load: LoadRows
  readonly #order: Order
  readonly #pages = new Map<number, readonly Row[]>()
  readonly #asked = new Set<number>()
  readonly #listeners = new Set<() => void>()
  #view: RowsView = { columns: null, total: 0, problem: null }

  constructor(load: LoadRows, order: Order) {
    this.#load = load
    this.#order = order
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly view = (): RowsView => this.#view

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / pageRows))?.[index % pageRows]
  }

  /** Fetches the pages that hold these rows, and forgets the farthest ones. */
  need(first: number, last: number): void {
    for (let page = Math.floor(first / pageRows); page <= Math.floor(Math.max(first, last) / pageRows); page++) {
      if (!this.#pages.has(page) && !this.#asked.has(page)) this.#fetch(page)
    }
  }

  retry(): void {
    this.#show({ ...this.#view, problem: null })
    this.need(0, 0)
  }

  /** @returns null where one of the rows is not in memory */
  inMemory(first: number, count: number): readonly Row[] | null {
    const rows = Array.from({ length: count }, (_, at) => this.row(first + at))
    return rows.every((row) => row !== undefined) ? rows : null
  }

  /** Rows for the clipboard, which may not be on screen. */
  async slice(first: number, count: number): Promise<readonly Row[]> {
    const rows: Row[] = []
    while (rows.length < count) {
      const limit = Math.min(1000, count - rows.length)
      const answer = await this.#load({ ...this.#order, offset: first + rows.length, limit })
      rows.push(...answer.rows)
      if (answer.rows.length < limit) break
    }
    return rows
  }

  #fetch(page: number): void {
    this.#asked.add(page)
    this.#load({ ...this.#order, offset: page * pageRows, limit: pageRows }).then(
      ({ columns, rows, total }) => {
        this.#asked.delete(page)
        this.#pages.set(page, rows)
        for (const far of [...this.#pages.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page))) {
          if (this.#pages.size <= kept) break
          this.#pages.delete(far)
        }
        this.#show({ columns, total, problem: null })
      },
      (error: unknown) => {
        this.#asked.delete(page)
        this.#show({ ...this.#view, problem: toProblem(error) })
      },
    )
  }

  #show(view: RowsView): void {
    this.#view = view
    for (const listener of [...this.#listeners]) listener()
  }
}
