/** Roboto, from the files that pdfmake ships: found through the package, so that a bundle finds them as well. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { fontCoverage } from './font-coverage.ts'

export interface PdfFonts {
  readonly files: Record<'Roboto', Record<'normal' | 'bold', string>>
  readonly isFontFile: (path: string) => boolean
  readonly hasGlyph: (codePoint: number) => boolean
}

let fonts: PdfFonts | null = null

export function pdfFonts(): PdfFonts {
  if (fonts) return fonts
  const folder = join(dirname(createRequire(import.meta.url).resolve('pdfmake/package.json')), 'fonts', 'Roboto')
  const normal = join(folder, 'Roboto-Regular.ttf')
  const bold = join(folder, 'Roboto-Medium.ttf')
  const covers = [normal, bold].map((path) => fontCoverage(readFileSync(path)))
  fonts = {
    files: { Roboto: { normal, bold } },
    isFontFile: (path) => path.startsWith(folder + sep),
    hasGlyph: (codePoint) => covers.every((has) => has(codePoint)),
  }
  return fonts
}
