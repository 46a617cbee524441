/** What in a picture the score rests on: the map over the picture, and whether deleting by it beats chance. */
import { useEffect, useRef, useState } from 'react'
import type { Occlusion } from '../../../shared/contract/explain.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Field } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Skeleton } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount, formatFixed } from '../../../shared/format/number.ts'

interface Picture {
  readonly map: Occlusion
  readonly image: string
}

const HeatMap = ({ map }: { readonly map: Occlusion }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const pixels = context.createImageData(map.width, map.height)
    const largest = Math.max(...map.map.map(Math.abs), Number.MIN_VALUE)
    map.map.forEach((value, k) => {
      // Orange speaks for the class, blue against it; Okabe and Ito's colours.
      const [red, green, blue] = value >= 0 ? [230, 120, 0] : [0, 114, 178]
      pixels.data.set([red, green, blue, Math.round((200 * Math.abs(value)) / largest)], k * 4)
    })
    context.putImageData(pixels, 0, 0)
  }, [map])
  return <canvas ref={canvas} width={map.width} height={map.height} aria-hidden="true" />
}

export const OcclusionPanel = ({ run }: { readonly run: Run }) => {
  const [text, setText] = useState('1')
  const [found, setFound] = useState<Picture | null>(null)
  const { problem, run: act } = useAction()
  const row = Number(text)
  const isRow = Number.isInteger(row) && row >= 1 && row <= run.rows
  const column = run.binding.inputs.find((input) => input.kind === 'image')?.column ?? ''
  useEffect(() => {
    if (!isRow) return
    let current = true
    void act(async () => {
      const [map, { dataUrl }] = await Promise.all([
        ask((client) => client.explain.occlusion({ id: run.id, row: row - 1 })),
        ask((client) => client.datasets.image({ id: run.datasetId, column, row: row - 1 })),
      ])
      if (current) setFound({ map, image: dataUrl })
    })
    return () => {
      current = false
    }
  }, [act, run.id, run.datasetId, column, row, isRow])
  return (
    <Section
      title="What the score rests on"
      note="Patches are greyed one after another; colour shows how much the score falls without them"
    >
      <div className="row-choice">
        <Field label="Row">
          {(ids) => (
            <input
              {...ids}
              type="number"
              min={1}
              max={run.rows}
              step={1}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <span className="muted">of {formatCount(run.rows)}</span>
      </div>
      {problem ? (
        <ProblemPanel problem={problem} />
      ) : found?.map.row === row - 1 ? (
        <div className="row-parts">
          <div
            className="occlusion"
            role="img"
            aria-label={`Row ${found.map.row + 1}: where the score of ${found.map.className} comes from`}
          >
            <img src={found.image} alt="" />
            <HeatMap map={found.map} />
          </div>
          <div className="stack">
            <p>
              Class <strong>{found.map.className}</strong>, score {formatFixed(found.map.score, 4)}. Orange speaks for
              it, blue against it; patches of {found.map.patch} pixels.
            </p>
            <p>
              Mean score while pixels are greyed: {formatFixed(found.map.deletion.area, 3)} from the most important one
              on, {formatFixed(found.map.randomArea, 3)} in a random order.{' '}
              {found.map.deletion.area < found.map.randomArea
                ? 'The map names pixels that matter more than chance.'
                : 'The map does no better than chance here: do not rely on it.'}
            </p>
          </div>
        </div>
      ) : (
        <Skeleton label="Greying patches" rows={8} />
      )}
    </Section>
  )
}
