/** A chart with its title, its table view, and its copies. */
import { useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { CopyButton } from '../components/copy-button.tsx'
import { pushToast } from '../shell/toast-store.ts'
import { ChartCanvas } from './chart-canvas.tsx'
import { ChartDataTable } from './chart-data-table.tsx'
import { copyPng } from './copy-png.ts'
import type { ChartSpec } from './spec.ts'
import { toCsv } from './to-csv.ts'

export const ChartFrame = ({ spec }: { readonly spec: ChartSpec }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [asTable, setAsTable] = useState(false)
  const copyImage = (): void => {
    const element = canvas.current
    if (!element) return
    copyPng(element).then(
      () => pushToast({ kind: 'good', title: `${spec.title} copied as an image` }),
      () => pushToast({ kind: 'error', title: 'The clipboard refused the image' }),
    )
  }
  return (
    <figure className="chart" data-chart={spec.title}>
      <figcaption className="chart-head">
        <div>
          <h3>{spec.title}</h3>
          <p className="muted">{spec.note}</p>
        </div>
        <div className="chart-tools">
          <Button
            kind="quiet"
            aria-pressed={asTable}
            aria-label={`Table view of ${spec.title}`}
            onClick={() => setAsTable(!asTable)}
          >
            Table
          </Button>
          <Button kind="quiet" onClick={copyImage} disabled={asTable} aria-label={`Copy ${spec.title} as PNG`}>
            PNG
          </Button>
          <CopyButton text={() => toCsv(spec.table)} label="CSV" name={`Copy ${spec.title} as CSV`} />
        </div>
      </figcaption>
      {asTable ? <ChartDataTable table={spec.table} label={spec.title} /> : <ChartCanvas spec={spec} canvas={canvas} />}
    </figure>
  )
}
