/** Serves a release on this machine for as long as the page is open, and asks it. */
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { ServerId, VersionId } from '../../../shared/contract/ids.ts'
import type { Servable, TriedServer } from '../../../shared/contract/try.ts'
import { formatNumber } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { Button, LinkButton } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Page } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { Console } from './console.tsx'

type From = Parameters<Parameters<typeof ask>[0]>[0]['trying']['start'] extends (input: infer I) => unknown ? I : never

const Choose = ({
  servable,
  onStarted,
}: {
  readonly servable: readonly Servable[]
  readonly onStarted: (server: TriedServer) => void
}) => {
  const [search, setSearch] = useSearchParams()
  const { busy, problem, run } = useAction()
  const wanted = servable.find(({ versionId }) => versionId === search.get('version')) ?? servable[0]
  const start = (from: From): void => {
    void run(async () => onStarted(await ask((client) => client.trying.start(from))))
  }
  const startFolder = (): void => {
    void run(async () => {
      const [file] = await bridge().chooseFiles('any')
      if (file) onStarted(await ask((client) => client.trying.start({ manifest: { token: file.token } })))
    })
  }
  const fromFolder = (
    <Button onClick={startFolder} busy={busy}>
      Open a release folder…
    </Button>
  )
  return (
    <>
      {wanted === undefined ? (
        <Empty
          icon="play"
          title="No approved version"
          actions={
            <>
              <LinkButton to="/approvals">Go to approvals</LinkButton> {fromFolder}
            </>
          }
        >
          Only what was approved is served. Have a version reviewed, or choose the manifest.json of a release.
        </Empty>
      ) : (
        <div className="monitor-head">
          <Field label="Approved version">
            {(ids) => (
              <Select
                {...ids}
                value={wanted.versionId}
                choices={servable.map(({ versionId, model, version, until }) => ({
                  value: versionId,
                  title: `${model} ${version} · until ${formatTime(until)}`,
                }))}
                onChoose={(versionId: VersionId) => setSearch({ version: versionId }, { replace: true })}
              />
            )}
          </Field>
          <Button kind="primary" icon="play" busy={busy} onClick={() => start({ versionId: wanted.versionId })}>
            Serve {wanted.model} {wanted.version} here
          </Button>
          {fromFolder}
        </div>
      )}
      {problem && <ProblemPanel problem={problem} />}
      {wanted !== undefined && !busy && (
        <Empty icon="play" title="Nothing is served yet">
          The container’s own program is started on this machine, on the loopback alone, checks the approval as it would
          anywhere, and is stopped when you leave this page.
        </Empty>
      )}
    </>
  )
}

const stopServer = (id: ServerId): void => {
  ask((client) => client.trying.stop({ id })).catch(() => undefined)
}

export const TryPage = () => {
  const servable = useQuery(['approvals', 'servable'], (client) => client.trying.servable())
  const running = useQuery(['monitor', 'running'], (client) => client.trying.running())
  const [started, setStarted] = useState<TriedServer>()
  const [stopped, setStopped] = useState<ServerId>()
  const left = useRef(false)
  // One that is served already, since before the page was loaded anew, is taken over.
  const server = started ?? running.data?.find(({ id, ended }) => ended === null && id !== stopped)
  const id = server?.id
  // What is served is stopped when the page is left, even if it had not started by then.
  useEffect(() => {
    left.current = false
    return () => {
      left.current = true
      if (id) stopServer(id)
    }
  }, [id])
  const onStarted = (made: TriedServer): void => {
    if (left.current) stopServer(made.id)
    else setStarted(made)
  }
  const stop = (): void => {
    setStopped(id)
    setStarted(undefined)
  }
  const ended = running.data?.find((one) => one.id === id)?.ended
  return (
    <Page
      title="Try it"
      about={
        server ? (
          <>
            <span>
              {server.model} {server.version}
            </span>
            <span>
              at <code>{server.url}</code>, process {server.pid ?? '—'}
            </span>
            <span>started in {formatNumber(Math.round(server.startMs))} ms</span>
          </>
        ) : (
          'A release, served on this machine'
        )
      }
      actions={
        server && (
          <Button icon="stop" onClick={stop}>
            Stop the server
          </Button>
        )
      }
      wide
    >
      {server ? (
        <>
          {ended && (
            <ProblemPanel
              problem={{ code: 'try/ended', message: `The server has ended: ${ended}`, remedy: 'Start it again.' }}
              retry={stop}
            />
          )}
          <Console key={server.id} server={server} ended={Boolean(ended)} />
        </>
      ) : (
        <Answered answer={servable} label="Loading the approved versions" rows={6}>
          {(list) => <Choose servable={list} onStarted={onStarted} />}
        </Answered>
      )}
    </Page>
  )
}
