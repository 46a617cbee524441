/** Batches under way, no more at a time than a runner takes. */
export interface InFlight {
  /** Waits until there is room for another. */
  room(): Promise<void>
  add(work: Promise<void>): void
  /** Rejects as soon as one does. */
  all(): Promise<unknown>
}

export function inFlight(most: number): InFlight {
  const underWay = new Set<Promise<void>>()
  return {
    room: async () => {
      while (underWay.size >= most) await Promise.race(underWay)
    },
    add: (work) => {
      const tracked = work.finally(() => underWay.delete(tracked))
      // Whoever gave it awaits it, or `all` does.
      tracked.catch(() => undefined)
      underWay.add(tracked)
    },
    all: () => Promise.all(underWay),
  }
}
