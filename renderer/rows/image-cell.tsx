import type { DatasetId } from '../../shared/contract/ids.ts'
import { useQuery } from '../engine/query.ts'

export const ImageCell = ({
  datasetId,
  column,
  row,
}: {
  readonly datasetId: DatasetId
  readonly column: string
  readonly row: number
}) => {
  const image = useQuery(['image', datasetId, column, row], (client) =>
    client.datasets.image({ id: datasetId, column, row }),
  )
  if (image.problem) return <span className="muted">{image.problem.code}</span>
  if (!image.data) return <span className="muted">…</span>
  return <img className="thumbnail" src={image.data.dataUrl} alt={`${column}, row ${row + 1}`} />
}
