/** Times and durations as text. Times are stored in UTC; the window shows the reader's own zone, a document shows UTC. */

const dateFields = { day: 'numeric', month: 'short', year: 'numeric' } as const
const clockFields = { hour: '2-digit', minute: '2-digit' } as const
const localDate = new Intl.DateTimeFormat('en-GB', dateFields)
const localClock = new Intl.DateTimeFormat('en-GB', clockFields)
const utcDate = new Intl.DateTimeFormat('en-GB', { ...dateFields, timeZone: 'UTC' })
const utcClock = new Intl.DateTimeFormat('en-GB', { ...clockFields, timeZone: 'UTC' })

/** In the reader's own zone: "29 Feb 2024, 10:15". */
export const formatTime = (iso: string): string =>
  `${localDate.format(new Date(iso))}, ${localClock.format(new Date(iso))}`

/** The same text wherever it is read: "29 Feb 2024, 09:15 UTC". */
export const formatTimeUtc = (iso: string): string =>
  `${utcDate.format(new Date(iso))}, ${utcClock.format(new Date(iso))} UTC`

/** "5 min ago"; a date once a day has passed. */
export function formatAgo(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000)
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return localDate.format(new Date(iso))
}

/** @param ms milliseconds */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`
  // Rounded first, so that 59.6 s is "1 min 0 s" and never "60 s".
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
