/** A layer of an image: a tar archive, compressed or not, with both of its digests. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import { sha256Schema } from '../../../../shared/contract/ids.ts'
import { tar } from './tar.ts'
import type { Entry, TarOptions } from './tar.ts'

export const layerSchema = z.strictObject({
  /** What it is, in words, for the image's history. */
  title: z.string(),
  mediaType: z.string(),
  /** Of the file as it lies in the image. */
  sha256: sha256Schema,
  bytes: z.int().positive(),
  /** Of the uncompressed archive. */
  diffSha256: sha256Schema,
})
export type Layer = z.infer<typeof layerSchema>

/** The tenth byte names the system that compressed: 255 is "unknown", so that every system writes the same. */
function withoutSystem(): Transform {
  let done = false
  return new Transform({
    transform(piece: Buffer, _encoding, callback) {
      if (!done && piece.length >= 10) {
        piece = Buffer.from(piece)
        piece[9] = 255
        done = true
      }
      callback(null, piece)
    },
  })
}

function counted(hash: ReturnType<typeof createHash>, onBytes: (bytes: number) => void): Transform {
  return new Transform({
    transform(piece: Buffer, _encoding, callback) {
      hash.update(piece)
      onBytes(piece.length)
      callback(null, piece)
    },
  })
}

/** Writes the layer whole, or not at all. */
export async function writeLayer(
  path: string,
  title: string,
  entries: readonly Entry[],
  options: TarOptions & { readonly compress: boolean },
  signal: AbortSignal,
): Promise<Layer> {
  const temporary = `${path}.tmp-${process.pid}`
  const diff = createHash('sha256')
  const own = createHash('sha256')
  let bytes = 0
  try {
    await pipeline(
      Readable.from(tar(entries, options)),
      counted(diff, () => undefined),
      // The level is fixed; the header's time is 0 already.
      ...(options.compress ? [createGzip({ level: 6 }), withoutSystem()] : []),
      counted(own, (count) => (bytes += count)),
      createWriteStream(temporary),
      { signal },
    )
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  return {
    title,
    mediaType: `application/vnd.oci.image.layer.v1.tar${options.compress ? '+gzip' : ''}`,
    sha256: own.digest('hex'),
    bytes,
    diffSha256: diff.digest('hex'),
  }
}
