/**
 * The one bridge to the page. It runs sandboxed, where only 'electron' can be required, so it takes types alone from the
 * contract; main parses what it sends.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type {
  AssayBridge,
  BridgeChannel,
  BridgeEvents,
  BridgeRequest,
  BridgeResponse,
} from '../../shared/contract/bridge.ts'

function call<C extends BridgeChannel>(channel: C, request: BridgeRequest<C>): Promise<BridgeResponse<C>> {
  return ipcRenderer.invoke(channel, request) as Promise<BridgeResponse<C>>
}

function listenTo<C extends Exclude<keyof BridgeEvents, 'assay:engine-port'>>(
  channel: C,
  listener: (message: BridgeEvents[C]) => void,
): () => void {
  const relay = (_event: unknown, message: BridgeEvents[C]): void => listener(message)
  ipcRenderer.on(channel, relay)
  return () => void ipcRenderer.off(channel, relay)
}

const portChannel = 'assay:engine-port' satisfies keyof BridgeEvents
ipcRenderer.on(portChannel, (event, message: BridgeEvents[typeof portChannel]) => {
  window.postMessage(message, location.origin, [...event.ports])
})

// A page begins to listen after the first state came, so the last one is kept for it.
const stateChannel = 'assay:engine-state' satisfies keyof BridgeEvents
let state: BridgeEvents[typeof stateChannel] | null = null
listenTo(stateChannel, (next) => (state = next))

const assay: AssayBridge = {
  chooseFiles: (kind) => call('assay:choose-files', kind),
  chooseSavePath: (request) => call('assay:choose-save-path', request),
  grantDroppedFiles: (files) => {
    // Empty for a file that the page made itself: that one has no path to be granted.
    const paths = files.map((file) => webUtils.getPathForFile(file as File)).filter((path) => path !== '')
    return call('assay:grant-dropped', paths)
  },
  openWorkspace: () => call('assay:open-workspace', undefined),
  takePassphrase: (person) => call('assay:keychain-take', person),
  keepPassphrase: (person, passphrase) => call('assay:keychain-keep', { person, passphrase }),
  forgetPassphrase: (person) => call('assay:keychain-forget', person),
  notify: (notification) => call('assay:notify', notification),
  onMenu: (listener) => listenTo('assay:menu', listener),
  onEngine: (listener) => {
    if (state !== null) listener(state)
    return listenTo(stateChannel, listener)
  },
  versions: {
    electron: process.versions.electron ?? '',
    chrome: process.versions['chrome'] ?? '',
    node: process.versions.node,
  },
  platform: process.platform as AssayBridge['platform'],
  initialTheme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
}
contextBridge.exposeInMainWorld('assay', assay)
