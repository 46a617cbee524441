/** Electron's main process: it does what only Electron can do, and computes nothing. */
import { app } from 'electron'
import { registerBridge } from './bridge.ts'
import { setUpDialogs } from './dialogs.ts'
import { setUpEngine } from './engine-host.ts'
import { setUpEnvironment } from './environment.ts'
import { FileGrants } from './file-grants.ts'
import { Keychain } from './keychain.ts'
import { setUpMenu } from './menu.ts'
import { registerAppScheme, setUpSecurity } from './security.ts'
import { Settings } from './settings.ts'
import { isEndToEndTest, setUpTestHook } from './test-hook.ts'
import { setUpWindows } from './window.ts'
import { findWorkspace } from './workspace-folder.ts'

async function start(): Promise<void> {
  await app.whenReady()
  const settings = new Settings()
  const dialogs = setUpDialogs()
  setUpSecurity()
  const engine = setUpEngine(findWorkspace(settings))
  const grants = new FileGrants(engine)
  const windows = setUpWindows(settings, engine)
  const openWorkspace = registerBridge({ dialogs, engine, grants, windows, settings, keychain: new Keychain() })
  setUpMenu({ windows, openWorkspace })
  if (isEndToEndTest) setUpTestHook({ engine })
  windows.open()
}

setUpEnvironment()
registerAppScheme()
// Tests start several at once, each with a user folder of its own.
if (isEndToEndTest || app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    process.stderr.write(
      `Assay could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    app.exit(1)
  })
} else {
  app.quit()
}
