/** The device of the run that is being scored, or of the last one that was. */
import { Link } from 'react-router'
import { Icon } from '../components/icon.tsx'
import { useQuery } from '../engine/query.ts'
import { deviceTitle } from '../../shared/format/words.ts'

export const DeviceInUse = () => {
  const runs = useQuery(['runs', 'list'], (client) => client.runs.list()).data ?? []
  const scoring = runs.find((run) => run.state === 'scoring')
  const last = runs.find((run) => run.stats !== null)
  const device = scoring ? (scoring.stats?.device ?? scoring.requestedDevice) : last?.stats?.device
  const text = device ? deviceTitle(device) : 'No device yet'
  const label = scoring
    ? `Device in use: ${text}`
    : device
      ? `Last device used: ${text}`
      : 'No device has been used yet'
  return (
    <Link to="/settings" className="button button-quiet device" aria-label={`${label}. See the devices`} title={label}>
      <Icon name="device" />
      {text}
    </Link>
  )
}
