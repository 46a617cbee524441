/** The native dialogs. Under the end-to-end tests, which cannot click them, the test answers. */
import { dialog } from 'electron'
import type { BrowserWindow, FileFilter } from 'electron'
import type { FileKind, SaveKind, SaveRequest } from '../../shared/contract/bridge.ts'
import { isEndToEndTest, testHook } from './test-hook.ts'

export interface Dialogs {
  /** Empty when cancelled. */
  openFiles(window: BrowserWindow, kind: FileKind): Promise<readonly string[]>
  /** Null when cancelled; so does openFolder. */
  savePath(window: BrowserWindow, request: SaveRequest): Promise<string | null>
  openFolder(window: BrowserWindow): Promise<string | null>
}

const allFiles: FileFilter = { name: 'All files', extensions: ['*'] }
const openFilters: Record<FileKind, FileFilter[]> = {
  dataset: [{ name: 'Data', extensions: ['csv', 'tsv', 'txt', 'jsonl', 'ndjson', 'json', 'parquet', 'gz'] }, allFiles],
  model: [{ name: 'ONNX models', extensions: ['onnx'] }, allFiles],
  any: [allFiles],
}
const saveNames: Record<SaveKind, string> = {
  folder: 'New folder',
  html: 'Web page',
  pdf: 'PDF',
  docx: 'Word document',
  json: 'JSON',
  csv: 'CSV',
  parquet: 'Parquet',
  tar: 'Review package',
  xml: 'JUnit XML',
  md: 'Markdown',
}

const native: Dialogs = {
  openFiles: async (window, kind) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      properties: ['openFile', 'multiSelections'],
      filters: openFilters[kind],
    })
    return canceled ? [] : filePaths
  },
  savePath: async (window, { suggestedName, kind }) => {
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      defaultPath: suggestedName,
      filters: kind === 'folder' ? [] : [{ name: saveNames[kind], extensions: [kind] }],
      properties: ['showOverwriteConfirmation', 'createDirectory'],
    })
    return canceled || !filePath ? null : filePath
  },
  openFolder: async (window) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title: 'Open a workspace',
      message: 'Choose a workspace folder, or an empty folder for a new one.',
      buttonLabel: 'Open workspace',
      properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
    })
    return canceled ? null : (filePaths[0] ?? null)
  },
}

const answeredByTest: Dialogs = {
  openFiles: async () => testHook().openFiles,
  savePath: async () => testHook().savePath,
  openFolder: async () => testHook().folder,
}

export const setUpDialogs = (): Dialogs => (isEndToEndTest ? answeredByTest : native)
