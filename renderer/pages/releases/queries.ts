/** What the release pages ask; asked again when a release is written or an approval changes. */
import { useQuery } from '../../engine/query.ts'

export const useReleases = () => useQuery(['approvals', 'releases'], (client) => client.releases.list())
