/** Files of a batch: written under a temporary name, hashed as they grow, and there only when they are whole. */
import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'

export class PartFile {
  readonly path: string
  readonly #temporary: string
  readonly #file: Awaited<ReturnType<typeof open>>
  readonly #hash = createHash('sha256')
  #bytes = 0

  private constructor(path: string, temporary: string, file: Awaited<ReturnType<typeof open>>) {
    this.path = path
    this.#temporary = temporary
    this.#file = file
  }

  static async open(path: string): Promise<PartFile> {
    const temporary = `${path}.tmp-${process.pid}`
    return new PartFile(path, temporary, await open(temporary, 'w'))
  }

  /** So far. */
  get bytes(): number {
    return this.#bytes
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    await this.#file.writeFile(bytes)
  }

  /** Flushed, and renamed into place. */
  async close(): Promise<{ sha256: string; bytes: number }> {
    await this.#file.sync()
    await this.#file.close()
    await rename(this.#temporary, this.path)
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes }
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined)
    await rm(this.#temporary, { force: true })
  }
}

/** A small file, flushed and renamed into place. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const file = await PartFile.open(path)
  try {
    await file.write(Buffer.from(text))
    await file.close()
  } catch (error) {
    await file.abandon()
    throw error
  }
}
