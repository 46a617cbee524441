/** What can run a model here. Each device is asked in a process of its own, so that a broken driver cannot harm. */
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { setAnswer, useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatNumber } from '../../../shared/format/number.ts'
import { deviceTitle } from '../../../shared/format/words.ts'

export const Devices = () => {
  const devices = useQuery(['devices', 'list'], (client) => client.devices.list({ refresh: false }))
  const { busy, problem, run } = useAction()
  const probe = (): void =>
    void run(async () => setAnswer(['devices', 'list'], await ask((client) => client.devices.list({ refresh: true }))))
  return (
    <Section
      title="Devices"
      note="Fastest available is chosen by a short benchmark for each run"
      actions={
        <Button busy={busy} onClick={probe}>
          Probe the devices again
        </Button>
      }
    >
      {problem && <ProblemPanel problem={problem} />}
      <Answered answer={devices} label="Probing the devices" rows={4}>
        {(list) => (
          <div className="table-scroll" role="group" aria-label="Devices" tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Device</th>
                  <th scope="col">State</th>
                  <th scope="col">What the probe found</th>
                  <th scope="col" className="number">
                    Largest difference from the CPU
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((device) => (
                  <tr key={device.name}>
                    <th scope="row">{deviceTitle(device.name)}</th>
                    <td>
                      <span className={`badge badge-${device.available ? 'good' : 'quiet'}`}>
                        <Icon name={device.available ? 'check' : 'stop'} size={14} />
                        {device.available ? 'Available' : 'Not available'}
                      </span>
                    </td>
                    <td>{device.detail}</td>
                    <td className="number">{device.parity === null ? '—' : formatNumber(device.parity)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
    </Section>
  )
}
