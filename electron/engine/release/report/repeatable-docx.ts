/**
 * The same document, the same bytes: docx names its parts' relations by chance, counts its drawings on from the last
 * document, and dates the file and everything in the archive by the clock.
 */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import type { Zippable } from 'fflate'

/** The first moment that a zip entry can have, in whatever time zone: fflate writes local times. */
const firstMoment = new Date(1980, 0, 1)
const relationId = /(?<=<Relationship Id=")rId[a-z0-9_-]{21}(?=")/g
const isText = (name: string): boolean => /\.(xml|rels)$/.test(name)

/**
 * @param bytes A .docx or .xlsx file.
 * @param time ISO 8601; when the document was made.
 * @returns The same file with relations and drawings numbered in order, and no time in it but `time`.
 */
export function repeatable(bytes: Uint8Array, time: string): Uint8Array {
  const parts = Object.entries(unzipSync(bytes))
  const ids = new Map<string, string>()
  for (const [name, content] of parts)
    if (name.endsWith('.rels'))
      for (const [id] of strFromU8(content).matchAll(relationId)) ids.set(id, `rIdPart${ids.size + 1}`)
  const isRandom = ids.size === 0 ? null : new RegExp([...ids.keys()].join('|'), 'g')
  let drawings = 0
  const rewrite = (name: string, content: Uint8Array): Uint8Array => {
    if (name.endsWith('.xlsx')) return repeatable(content, time)
    if (!isText(name)) return content
    let xml = strFromU8(content)
    if (isRandom) xml = xml.replace(isRandom, (id) => ids.get(id)!)
    xml = xml.replace(/(?<=<wp:docPr id=")\d+(?=")/g, () => String(++drawings))
    if (name === 'docProps/core.xml') xml = xml.replace(/(?<=xsi:type="dcterms:W3CDTF">)[^<]*/g, time)
    return strToU8(xml)
  }
  const entries: Zippable = {}
  for (const [name, content] of parts) entries[name] = rewrite(name, content)
  return zipSync(entries, { mtime: firstMoment })
}
