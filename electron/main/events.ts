/** The messages from main to a window's preload, by their types in the contract. */
import type { MessagePortMain, WebContents } from 'electron'
import type { BridgeEvents, EnginePortMessage } from '../../shared/contract/bridge.ts'

export function sendToWindow<C extends Exclude<keyof BridgeEvents, 'assay:engine-port'>>(
  contents: WebContents,
  channel: C,
  message: BridgeEvents[C],
): void {
  if (!contents.isDestroyed()) contents.send(channel, message)
}

export function sendPort(contents: WebContents, message: EnginePortMessage, port: MessagePortMain): void {
  if (contents.isDestroyed()) port.close()
  else contents.postMessage(message.type, message, [port])
}
