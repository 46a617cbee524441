/** Says when the engine is not there, came back, or gave up. Nothing while all is well. */
import { useEffect, useState } from 'react'
import type { EngineState } from '../../shared/contract/bridge.ts'
import { Button } from '../components/button.tsx'
import { CopyButton } from '../components/copy-button.tsx'
import { Icon } from '../components/icon.tsx'
import { bridge } from '../engine/bridge.ts'
import { problemText } from '../engine/problem.ts'

const gaveUp = {
  code: 'engine/failed',
  message: 'The engine stopped several times and is not started again by itself.',
  remedy: 'Reload the window to try once more. If it stops again, copy this and report it.',
}

export const EngineBanner = () => {
  const [state, setState] = useState<EngineState>('ready')
  const [slow, setSlow] = useState(false)
  useEffect(() => bridge().onEngine(setState), [])
  useEffect(() => {
    if (state !== 'starting') return
    // A start is quick: say so only when it is not.
    const timer = setTimeout(() => setSlow(true), 1500)
    return () => {
      clearTimeout(timer)
      setSlow(false)
    }
  }, [state])
  return (
    <div aria-live="polite" className="banner-place">
      {state === 'starting' && slow && (
        <div className="banner banner-note">
          <span className="spinner" aria-hidden="true" />
          <p>The engine is starting.</p>
        </div>
      )}
      {state === 'restarted' && (
        <div className="banner banner-warning">
          <Icon name="warning" />
          <p>
            The engine stopped and was started again. Runs that were being scored can be resumed from the Runs page.
          </p>
          <Button kind="quiet" onClick={() => setState('ready')}>
            Dismiss
          </Button>
        </div>
      )}
      {state === 'failed' && (
        <div className="banner banner-error" role="alert">
          <Icon name="error" />
          <p>
            {gaveUp.message} {gaveUp.remedy} <code>{gaveUp.code}</code>
          </p>
          <Button onClick={() => window.location.reload()}>Reload the window</Button>
          <CopyButton text={problemText(gaveUp)} name="Copy the error" />
        </div>
      )}
    </div>
  )
}
