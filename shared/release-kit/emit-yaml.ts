/** YAML as Kubernetes reads it: version 1.1, by a reader in Go. */
import { Document, Scalar, visit } from 'yaml'

/** In YAML 1.1 they end a line, or are dropped; between double quotes they can be written otherwise. */
const special: Readonly<Record<string, string>> = {
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
  '\ufeff': '\\uFEFF',
}
const specials = /[\u0085\u2028\u2029\ufeff]/g

/** yes, on and 0777 are no texts in YAML 1.1: what looks like one of them is quoted. */
export function emitYaml(value: unknown): string {
  const document = new Document(JSON.parse(JSON.stringify(value)), { version: '1.1', aliasDuplicateObjects: false })
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && node.value.search(specials) >= 0) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  return document.toString({ lineWidth: 0, directives: false }).replaceAll(specials, (character) => special[character]!)
}
