/** What people open by mistake instead of a model: each is told apart by its first bytes and gets its own advice. */
import { AssayError } from '../contract/errors.ts'
import { decodeText } from './wire.ts'

interface Signature {
  readonly what: string
  readonly remedy: string
  readonly at: number
  readonly bytes: string
}

const convert = 'Export the model to ONNX and import that file.'

const signatures: readonly Signature[] = [
  { what: 'a zip archive, as PyTorch and Keras write them', remedy: convert, at: 0, bytes: 'PK\x03\x04' },
  { what: 'a gzip file', remedy: 'Unpack it first.', at: 0, bytes: '\x1f\x8b' },
  {
    what: 'a Python pickle',
    remedy: `A pickle can run code when opened: Assay does not read it. ${convert}`,
    at: 0,
    bytes: '\x80',
  },
  { what: 'an HDF5 file, as Keras writes them', remedy: convert, at: 0, bytes: '\x89HDF' },
  { what: 'a TensorFlow Lite model', remedy: convert, at: 4, bytes: 'TFL3' },
  { what: 'a model in ORT format', remedy: 'Import the .onnx file that it was made from.', at: 4, bytes: 'ORTM' },
  { what: 'a safetensors file: weights without a graph', remedy: convert, at: 8, bytes: '{"' },
]

const texts: readonly { readonly pattern: RegExp; readonly what: string; readonly remedy: string }[] = [
  {
    pattern: /^version https:\/\/git-lfs/,
    what: 'a Git LFS pointer: the place-holder for a model, not the model',
    remedy: 'Run "git lfs pull" in its repository, then import the file again.',
  },
  {
    pattern: /^\s*<(!doctype|html|head|body)\b/i,
    what: 'a web page',
    remedy:
      'The download gave an error or sign-in page. Open it in a browser to see why, and download the file itself.',
  },
  { pattern: /^\s*</, what: 'an XML file', remedy: convert },
  { pattern: /^\s*[[{]/, what: 'a JSON file', remedy: convert },
  { pattern: /^[^\n]*[,;\t][^\n]*\n/, what: 'a table as text', remedy: 'Import it as a dataset.' },
  { pattern: /^/, what: 'a text file', remedy: 'Choose an .onnx file.' },
]

/** Enough for any signature and the first lines of a text. */
const headBytes = 512

/** A model always has control bytes near its start, among them the tag 0x08 of ir_version; a text has none of them. */
function isText(head: Uint8Array): boolean {
  return head.every((byte) => (byte >= 0x20 ? byte !== 0x7f : byte >= 0x09 && byte <= 0x0d))
}

export function notOnnx(what: string, remedy: string): AssayError {
  return new AssayError({ code: 'model/not-onnx', message: `This is not an ONNX model but ${what}.`, remedy })
}

/** The error to give for a file that shows itself as something else than a model; null where nothing is recognised. */
export function recogniseOther(bytes: Uint8Array): AssayError | null {
  const head = bytes.subarray(0, headBytes)
  if (isText(head)) {
    const start = decodeText(head)
    const found = texts.find((text) => text.pattern.test(start))
    if (found) return notOnnx(found.what, found.remedy)
  }
  const found = signatures.find((signature) =>
    Array.from(signature.bytes).every((character, index) => head[signature.at + index] === character.charCodeAt(0)),
  )
  return found ? notOnnx(found.what, found.remedy) : null
}
