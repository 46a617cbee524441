/** Files can be dropped anywhere: a table opens data import, an ONNX file opens model import. */
import { useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { Icon } from '../components/icon.tsx'
import { bridge } from '../engine/bridge.ts'
import { toProblem } from '../engine/problem.ts'
import { openFiles } from './open-files.ts'
import { pushToast } from './toast-store.ts'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

export const DropOverlay = () => {
  const navigate = useNavigate()
  const [over, setOver] = useState(false)
  useEffect(() => {
    // dragenter and dragleave fire for each element that is crossed; their difference says whether the pointer is inside.
    let depth = 0
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      depth += 1
      setOver(true)
    }
    const leave = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const allow = (event: DragEvent): void => {
      if (hasFiles(event)) event.preventDefault()
    }
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      bridge()
        .grantDroppedFiles([...(event.dataTransfer?.files ?? [])])
        .then((files) => openFiles(files, navigate))
        .catch((error: unknown) =>
          pushToast({ kind: 'error', title: 'The file was not opened', body: toProblem(error).message }),
        )
    }
    document.addEventListener('dragenter', enter)
    document.addEventListener('dragleave', leave)
    document.addEventListener('dragover', allow)
    document.addEventListener('drop', drop)
    return () => {
      document.removeEventListener('dragenter', enter)
      document.removeEventListener('dragleave', leave)
      document.removeEventListener('dragover', allow)
      document.removeEventListener('drop', drop)
    }
  }, [navigate])
  if (!over) return null
  return (
    <div className="drop-overlay" role="status" data-testid="drop-overlay">
      <div>
        <Icon name="file" size={32} />
        <p className="empty-title">Drop to import</p>
        <p className="muted">CSV, TSV, JSON or Parquet opens data import. ONNX opens model import.</p>
      </div>
    </div>
  )
}
