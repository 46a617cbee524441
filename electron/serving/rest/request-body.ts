/** The bytes of a request. Those with tensors in them are read into memory that can be lent to the model's thread. */
import type { IncomingMessage } from 'node:http'
import { takeMemory } from '../protocol/memory.ts'
import { Refusal } from '../protocol/refusal.ts'

export const emptyBody = new Uint8Array(0)

function tooLarge(): Refusal {
  return new Refusal('request/too-large', 'The body is larger than this server takes.', 'Send fewer rows at once.')
}

const lengthOf = (text: string | undefined): number =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : -1

/** @throws Refusal request/too-large; the stream's own error when the caller goes away */
export function readBody(stream: IncomingMessage, limit: number): Promise<Uint8Array> {
  const length = lengthOf(stream.headers['content-length'])
  if (length > limit) return Promise.reject(tooLarge())
  const jsonLength = lengthOf(stream.headers['inference-header-content-length'] as string | undefined)
  return jsonLength >= 0 && length >= 0 ? readWhole(stream, length, jsonLength) : readPieces(stream, limit)
}

/** Without a promise a piece, which an asynchronous loop has. What `take` throws ends the reading. */
function eachPiece(stream: IncomingMessage, take: (piece: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      stream.off('data', onData)
      reject(error)
    }
    const onData = (piece: Buffer): void => {
      try {
        take(piece)
      } catch (error) {
        fail(error as Error)
      }
    }
    stream.on('data', onData)
    stream.once('end', resolve)
    stream.once('error', fail)
    stream.once('close', () => fail(new Error('The caller went away')))
  })
}

/** The first tensor starts at a multiple of eight, so that it is used where it lies. */
async function readWhole(stream: IncomingMessage, length: number, jsonLength: number): Promise<Uint8Array> {
  const start = (8 - (jsonLength % 8)) % 8
  const bytes = new Uint8Array(takeMemory(start + length), start, length)
  let at = 0
  await eachPiece(stream, (piece) => {
    bytes.set(piece, at)
    at += piece.length
  })
  return bytes.subarray(0, at)
}

async function readPieces(stream: IncomingMessage, limit: number): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let bytes = 0
  await eachPiece(stream, (piece) => {
    bytes += piece.length
    if (bytes > limit) throw tooLarge()
    pieces.push(piece)
  })
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
}
