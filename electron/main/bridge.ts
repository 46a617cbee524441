/** Answers the calls of `window.assay`. Each request is parsed here, and only our own page is answered. */
import { BrowserWindow, Notification, ipcMain } from 'electron'
import { bridgeCalls } from '../../shared/contract/bridge.ts'
import type {
  BridgeChannel,
  BridgeRequest,
  BridgeResponse,
  NotificationRequest,
  OpenedWorkspace,
} from '../../shared/contract/bridge.ts'
import type { Dialogs } from './dialogs.ts'
import type { Engine } from './engine-host.ts'
import type { FileGrants } from './file-grants.ts'
import type { Keychain } from './keychain.ts'
import { isOurPage } from './security.ts'
import type { Settings } from './settings.ts'
import { isEndToEndTest, testHook } from './test-hook.ts'
import type { Windows } from './window.ts'

interface Parts {
  readonly dialogs: Dialogs
  readonly engine: Engine
  readonly grants: FileGrants
  readonly windows: Windows
  readonly settings: Settings
  readonly keychain: Keychain
}
export type OpenWorkspace = (window: BrowserWindow) => Promise<OpenedWorkspace | null>

function answer<C extends BridgeChannel>(
  channel: C,
  handler: (request: BridgeRequest<C>, window: BrowserWindow) => Promise<BridgeResponse<C>>,
): void {
  ipcMain.handle(channel, async (event, data: unknown) => {
    const window = BrowserWindow.fromWebContents(event.sender)
    const frame = event.senderFrame
    if (!window || !frame || frame.parent || !isOurPage(frame.url))
      throw new Error(`${channel}: not asked by the window`)
    return handler(bridgeCalls[channel].request.parse(data) as BridgeRequest<C>, window)
  })
}

function notify({ title, body }: NotificationRequest, window: BrowserWindow): void {
  if (isEndToEndTest) return void testHook().notifications.push({ title, body })
  if (window.isFocused() || !Notification.isSupported()) return
  const notification = new Notification({ title, body })
  notification.on('click', () => {
    if (window.isDestroyed()) return
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  notification.show()
}

/** Returns how to open another workspace, which the menu does too. */
export function registerBridge({ dialogs, engine, grants, windows, settings, keychain }: Parts): OpenWorkspace {
  const openWorkspace: OpenWorkspace = async (window) => {
    const folder = await dialogs.openFolder(window)
    if (folder === null) return null
    await engine.openWorkspace(folder)
    settings.set({ workspace: folder })
    windows.loadPage()
    return { folder }
  }
  answer('assay:choose-files', async (kind, window) => grants.forReading(await dialogs.openFiles(window, kind)))
  answer('assay:choose-save-path', async (request, window) => {
    const path = await dialogs.savePath(window, request)
    return path === null ? null : grants.forWriting(path)
  })
  answer('assay:grant-dropped', async (paths) => grants.forReading(paths))
  answer('assay:open-workspace', async (_, window) => openWorkspace(window))
  answer('assay:keychain-take', async (person) => ({
    available: keychain.available,
    passphrase: keychain.take(person),
  }))
  answer('assay:keychain-keep', async ({ person, passphrase }) => void keychain.keep(person, passphrase))
  answer('assay:keychain-forget', async (person) => void keychain.forget(person))
  answer('assay:notify', async (request, window) => void notify(request, window))
  return openWorkspace
}
