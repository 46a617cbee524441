/** The pages that exist, in the order of the rail, and the addresses of objects. */
import type { IconName } from '../components/icon.tsx'
import type { Job } from '../../shared/contract/job.ts'
import type { SearchHit } from '../../shared/contract/workspace.ts'

export interface Place {
  readonly path: string
  readonly title: string
  readonly icon: IconName
}

export const places: readonly Place[] = [
  { path: '/', title: 'Overview', icon: 'overview' },
  { path: '/data', title: 'Data', icon: 'data' },
  { path: '/models', title: 'Models', icon: 'models' },
  { path: '/runs', title: 'Runs', icon: 'runs' },
  { path: '/compare', title: 'Compare', icon: 'compare' },
  { path: '/drift', title: 'Drift', icon: 'drift' },
  { path: '/approvals', title: 'Approvals', icon: 'approvals' },
  { path: '/releases', title: 'Releases', icon: 'releases' },
  { path: '/monitor', title: 'Monitor', icon: 'monitor' },
  { path: '/settings', title: 'Settings', icon: 'settings' },
]

export const helpPlace: Place = { path: '/help', title: 'Help', icon: 'help' }

/** Reached from Monitor and Releases, and by search. */
export const tryPlace: Place = { path: '/try', title: 'Try it', icon: 'play' }

export const placeOf = (pathname: string): Place | undefined =>
  [...places.slice(1), tryPlace, helpPlace].find((place) => pathname.startsWith(place.path)) ??
  (pathname === '/' ? places[0] : undefined)

export const hitPath = (hit: SearchHit): string =>
  ({ dataset: `/data/${hit.id}`, model: `/models/${hit.id}`, run: `/runs/${hit.id}` })[hit.kind]

/** The page of what a job made. */
export const jobResultPath = (job: Job): string | null => {
  const { result } = job
  if (result === null) return null
  if (job.kind === 'release') return '/releases'
  if (job.kind === 'monitor import') return '/monitor?tab=data'
  if (result.startsWith('mon_')) return `/monitor?report=${result}`
  if (result.startsWith('ds_')) return `/data/${result}`
  if (result.startsWith('mv_')) return `/models/${result}`
  if (job.kind === 'fairness' || job.kind === 'slices' || job.kind === 'robustness')
    return `/runs/${result}?tab=${job.kind}`
  if (result.startsWith('drift_')) return `/drift/${result}`
  if (result.startsWith('run_')) return `/runs/${result}`
  if (result.startsWith('rv_')) return `/approvals/${result}`
  if (result.startsWith('cmp_')) return `/compare/${result}`
  return null
}
