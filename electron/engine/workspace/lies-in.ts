import { isAbsolute, relative, sep } from 'node:path'

/**
 * Whether a path lies inside a folder, and is not the folder itself. Both are absolute; links are followed by the caller
 * where they matter.
 */
export function liesIn(folder: string, path: string): boolean {
  const way = relative(folder, path)
  // On Windows a path on another drive stays absolute.
  return way !== '' && way.split(sep)[0] !== '..' && !isAbsolute(way)
}
