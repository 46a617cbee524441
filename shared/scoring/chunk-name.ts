/** The file name of a run's chunk: fixed width, so that names sort as rows do. */
export function chunkName(number: number): string {
  return `chunk-${String(number).padStart(6, '0')}.parquet`
}
