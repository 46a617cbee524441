/**
 * `window.assay`: what the native side gives the window besides the engine. A path never reaches the window; it holds
 * tokens, and main tells the engine which file a token stands for. Preload imports the types alone, so that its bundle
 * stays free of zod.
 */
import { z } from 'zod'
import { personIdSchema } from './ids.ts'
import type { PersonId } from './ids.ts'

export const grantedFileSchema = z.strictObject({
  /** Good for calls that read, until the application quits. */
  token: z.string().min(16).max(200),
  /** File name without its folder, for showing. */
  name: z.string(),
  bytes: z.number().int().nonnegative(),
})
export type GrantedFile = Readonly<z.infer<typeof grantedFileSchema>>

export const grantedSavePathSchema = z.strictObject({
  /** Good for calls that write. */
  token: z.string().min(16).max(200),
  name: z.string(),
})
export type GrantedSavePath = Readonly<z.infer<typeof grantedSavePathSchema>>

export const fileKindSchema = z.enum(['dataset', 'model', 'any'])
export type FileKind = z.infer<typeof fileKindSchema>

export const saveKindSchema = z.enum(['folder', 'html', 'pdf', 'docx', 'json', 'csv', 'parquet', 'tar', 'xml', 'md'])
export type SaveKind = z.infer<typeof saveKindSchema>

export const saveRequestSchema = z.strictObject({ suggestedName: z.string().max(200), kind: saveKindSchema })
export type SaveRequest = Readonly<z.infer<typeof saveRequestSchema>>

export const notificationSchema = z.strictObject({ title: z.string().min(1).max(200), body: z.string().max(1000) })
export type NotificationRequest = Readonly<z.infer<typeof notificationSchema>>

export const keptPassphraseSchema = z.strictObject({
  /** Whether the system has a keychain that can keep it. */
  available: z.boolean(),
  passphrase: z.string().nullable(),
})
export type KeptPassphrase = Readonly<z.infer<typeof keptPassphraseSchema>>

export const openedWorkspaceSchema = z.strictObject({ folder: z.string() })
export type OpenedWorkspace = Readonly<z.infer<typeof openedWorkspaceSchema>>

/** The calls from preload to main: channel, request, response. Main parses the request; each is `ipcMain.handle`d. */
export const bridgeCalls = {
  'assay:choose-files': { request: fileKindSchema, response: z.array(grantedFileSchema) },
  'assay:choose-save-path': { request: saveRequestSchema, response: grantedSavePathSchema.nullable() },
  /** Paths that `webUtils.getPathForFile` gave preload for files that the user dropped. */
  'assay:grant-dropped': { request: z.array(z.string().max(4096)).max(1000), response: z.array(grantedFileSchema) },
  'assay:open-workspace': { request: z.undefined(), response: openedWorkspaceSchema.nullable() },
  'assay:keychain-take': { request: personIdSchema, response: keptPassphraseSchema },
  'assay:keychain-keep': {
    request: z.strictObject({ person: personIdSchema, passphrase: z.string().min(1).max(1000) }),
    response: z.undefined(),
  },
  'assay:keychain-forget': { request: personIdSchema, response: z.undefined() },
  'assay:notify': { request: notificationSchema, response: z.undefined() },
} as const
export type BridgeCalls = typeof bridgeCalls
export type BridgeChannel = keyof BridgeCalls
export type BridgeRequest<C extends BridgeChannel> = z.infer<BridgeCalls[C]['request']>
export type BridgeResponse<C extends BridgeChannel> = z.infer<BridgeCalls[C]['response']>

/** What the native menu asks of the window. */
export const menuActionSchema = z.enum([
  'import-dataset',
  'import-model',
  'search',
  'back',
  'forward',
  'go-overview',
  'go-data',
  'go-models',
  'go-runs',
  'go-compare',
  'go-approvals',
  'go-releases',
  'go-monitor',
  'go-settings',
  'keyboard-shortcuts',
])
export type MenuAction = z.infer<typeof menuActionSchema>

/** `failed`: it crashed too often to be started again by itself; reloading the window tries again. */
export const engineStateSchema = z.enum(['starting', 'ready', 'restarted', 'failed'])
export type EngineState = z.infer<typeof engineStateSchema>

/** The messages from main to preload. `assay:engine-port` carries a MessagePort. */
export interface BridgeEvents {
  readonly 'assay:menu': MenuAction
  readonly 'assay:engine-state': EngineState
  readonly 'assay:engine-port': EnginePortMessage
}

/**
 * Preload hands it on with `window.postMessage` and the port as its only transferred object, once for each engine that
 * main starts and once for each load of the page. A page takes the highest generation it has seen.
 */
export interface EnginePortMessage {
  readonly type: 'assay:engine-port'
  /** Counts the engines that this run of the application has started, from 1. */
  readonly generation: number
}

/** A DOM `File`, as far as shared code may know one. */
export interface DroppedFile {
  readonly name: string
  readonly size: number
}

export interface AssayBridge {
  /** Shows the native dialog. Empty when it was cancelled. */
  chooseFiles(kind: FileKind): Promise<readonly GrantedFile[]>
  /** Null when the dialog was cancelled. */
  chooseSavePath(request: SaveRequest): Promise<GrantedSavePath | null>
  /** Takes the `File`s of a drop event. Folders and files that are not on this disk are left out. */
  grantDroppedFiles(files: readonly DroppedFile[]): Promise<readonly GrantedFile[]>
  /** Shows the native dialog; on a choice, starts the engine on that folder and loads the page anew at `/`. */
  openWorkspace(): Promise<OpenedWorkspace | null>
  /** The passphrase of a person's key, where they chose to keep it in the system's keychain. */
  takePassphrase(person: PersonId): Promise<KeptPassphrase>
  keepPassphrase(person: PersonId, passphrase: string): Promise<void>
  forgetPassphrase(person: PersonId): Promise<void>
  /** Shown by the system only while the window is not in front. */
  notify(notification: NotificationRequest): Promise<void>
  /** Returns how to stop listening; so does onEngine. */
  onMenu(listener: (action: MenuAction) => void): () => void
  /** Also told the present state at once after a page load. */
  onEngine(listener: (state: EngineState) => void): () => void
  readonly versions: { readonly electron: string; readonly chrome: string; readonly node: string }
  readonly platform: 'linux' | 'darwin' | 'win32'
  readonly initialTheme: 'light' | 'dark'
}
