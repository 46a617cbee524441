/**
 * Parts of Parquet as one file: their row groups one after another as they are, and one footer that says where each lies
 * now. A file that one process wrote has the same groups and the same footer.
 */
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet'
import type { FileMetaData, RowGroup } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { drain } from './encode-rows.ts'
import type { PartFile } from './part-file.ts'

/** PAR1, in front of the first group. */
const magicBytes = 4
/** The footer's length and PAR1, at the end. */
const tailBytes = 8

export class ParquetJoiner {
  readonly #to: PartFile
  readonly #groups: RowGroup[] = []
  #schema: FileMetaData['schema'] | null = null

  constructor(to: PartFile) {
    this.#to = to
  }

  /** @returns what takes the bytes of the part, from its first to its last. @throws Error where it is no Parquet */
  async open(path: string): Promise<(piece: Buffer) => Promise<void>> {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const bodyEnd = file.byteLength - tailBytes - metadata.metadata_length
    if (this.#schema === null) await this.#to.write(Buffer.from('PAR1'))
    this.#schema ??= metadata.schema
    const shift = BigInt(this.#to.bytes - magicBytes)
    this.#groups.push(...metadata.row_groups.map((group) => moved(group, shift)))
    let at = 0
    return async (piece) => {
      const from = at
      at += piece.length
      await this.#to.write(piece.subarray(Math.max(0, magicBytes - from), Math.max(0, bodyEnd - from)))
    }
  }

  async end(): Promise<void> {
    const sink = new ByteWriter()
    // Written by this very writer, and read by a newer version of its own reader: only the types differ.
    const schema = this.#schema as ParquetWriter['schema']
    const writer = new ParquetWriter({ writer: sink, schema, createdBy: 'assay' })
    drain(sink)
    writer.row_groups = this.#groups as ParquetWriter['row_groups']
    writer.num_rows = this.#groups.reduce((sum, group) => sum + group.num_rows, 0n)
    void writer.finish()
    await this.#to.write(drain(sink))
  }
}

function moved(group: RowGroup, shift: bigint): RowGroup {
  return {
    ...group,
    columns: group.columns.map((column) => {
      const { meta_data: facts } = column
      return {
        ...column,
        file_offset: column.file_offset + shift,
        ...(facts && {
          meta_data: {
            ...facts,
            data_page_offset: facts.data_page_offset + shift,
            ...(facts.dictionary_page_offset !== undefined && {
              dictionary_page_offset: facts.dictionary_page_offset + shift,
            }),
          },
        }),
      }
    }),
  }
}
