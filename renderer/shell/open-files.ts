/** Files that were chosen or dropped, and the import page that each opens. The token travels in the history's state. */
import type { NavigateFunction } from 'react-router'
import type { FileKind, GrantedFile } from '../../shared/contract/bridge.ts'
import { bridge } from '../engine/bridge.ts'
import { pushToast } from './toast-store.ts'

const datasetEndings = /\.(csv|tsv|tab|txt|json|jsonl|ndjson|parquet)$/i
const modelEndings = /\.onnx$/i

/** Names that logs of predictions have; any other table is a dataset. */
const logNames = /(^|[^a-z])(predictions?|production)([^a-z]|$).*\.(jsonl|ndjson|csv|parquet)$/i

export const importPathOf = (fileName: string): '/data/import' | '/models/import' | '/monitor' | null =>
  logNames.test(fileName)
    ? '/monitor'
    : modelEndings.test(fileName)
      ? '/models/import'
      : datasetEndings.test(fileName)
        ? '/data/import'
        : null

export const openFiles = (files: readonly GrantedFile[], navigate: NavigateFunction): void => {
  const [file] = files
  if (!file) return
  const path = importPathOf(file.name)
  if (path === null) {
    pushToast({
      kind: 'error',
      title: `${file.name} is not a file that Assay reads`,
      body: 'Datasets are CSV, TSV, JSON, JSON Lines or Parquet files; models are ONNX files.',
    })
    return
  }
  if (files.length > 1) {
    pushToast({
      kind: 'note',
      title: `Opened ${file.name}`,
      body: 'Files are imported one at a time. Drop the others afterwards.',
    })
  }
  void navigate(path, { state: { file } })
}

/** Shows the native dialog, then the import page. Nothing happens when the dialog is cancelled. */
export const chooseAndOpen = async (kind: FileKind, navigate: NavigateFunction): Promise<void> =>
  openFiles(await bridge().chooseFiles(kind), navigate)

export const fileOfState = (state: unknown): GrantedFile | null => {
  const file = (state as { readonly file?: Partial<GrantedFile> } | null)?.file
  return file && typeof file.token === 'string' && typeof file.name === 'string' && typeof file.bytes === 'number'
    ? { token: file.token, name: file.name, bytes: file.bytes }
    : null
}
