/** A model of images: which method names the pixels that matter, over rows, and three maps of one picture. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { imageExplanationSchema } from '../../../shared/contract/explain-image.ts'
import type { ImageExplanation, ImageMap, ImageRow } from '../../../shared/contract/explain-image.ts'
import type { Evidence, Run } from '../../../shared/contract/run.ts'
import { faithfulnessVerdict } from '../../../shared/format/explanation-words.ts'
import { imageMethodNotes, imageMethodTitles } from '../../../shared/format/image-methods.ts'
import { pixelCurvesSpec } from '../../charts/attributions.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { Button } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { MetricText } from '../../components/interval.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Skeleton } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount, formatFixed, plural } from '../../../shared/format/number.ts'
import { RowChoice, rowOf } from './row-choice.tsx'
import { Analysis, useAnalysis, useSection } from '../runs/analysis.tsx'

interface Shown {
  readonly found: ImageRow
  readonly image: string
}

const HeatMap = ({ found, map }: { readonly found: ImageRow; readonly map: ImageMap }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const pixels = context.createImageData(found.width, found.height)
    let largest = Number.MIN_VALUE
    for (const value of map.map) largest = Math.max(largest, Math.abs(value))
    map.map.forEach((value, k) => {
      // Orange speaks for the class, blue against it; Okabe and Ito's colours.
      const [red, green, blue] = value >= 0 ? [230, 120, 0] : [0, 114, 178]
      pixels.data.set([red, green, blue, Math.round((200 * Math.abs(value)) / largest)], k * 4)
    })
    context.putImageData(pixels, 0, 0)
  }, [found, map])
  return <canvas ref={canvas} width={found.width} height={found.height} aria-hidden="true" />
}

/** Better than a random order both ways, one way, or not. */
const verdict = ({ deletion, insertion }: ImageMap, random: ImageRow['random']): string => {
  const better = [deletion.area < random.deletion.area, insertion.area > random.insertion.area]
  if (better.every(Boolean)) return 'Names pixels that matter more than chance.'
  return better.some(Boolean) ? 'Beats chance in one of two tests only.' : 'No better than chance: do not rely on it.'
}

const Overlay = ({ shown, map }: { readonly shown: Shown; readonly map: ImageMap }) => (
  <figure className="overlay">
    <div
      className="occlusion"
      role="img"
      aria-label={`${imageMethodTitles[map.method]}: where the score of ${shown.found.className} comes from`}
    >
      <img src={shown.image} alt="" />
      <HeatMap found={shown.found} map={map} />
    </div>
    <figcaption>
      <strong>{imageMethodTitles[map.method]}</strong>
      <span className="muted">{imageMethodNotes[map.method]}</span>
      <span>{verdict(map, shown.found.random)}</span>
    </figcaption>
  </figure>
)

const Maps = ({ shown }: { readonly shown: Shown }) => {
  const { found } = shown
  const specs = useMemo(() => [pixelCurvesSpec('deletion', found), pixelCurvesSpec('insertion', found)], [found])
  return (
    <div className="stack">
      <p>
        Class <strong>{found.className}</strong>, score {formatFixed(found.score, 4)}. Orange speaks for it, blue
        against it. {plural(found.scored, 'picture')} scored, {plural(found.segments, 'superpixel')}.
      </p>
      <div className="overlays">
        <figure className="overlay">
          <div className="occlusion" role="img" aria-label={`The picture of row ${found.row + 1}`}>
            <img src={shown.image} alt="" />
          </div>
          <figcaption>
            <strong>The picture</strong>
            <span className="muted">
              {found.width} × {found.height} pixels
            </span>
          </figcaption>
        </figure>
        {found.maps.map((map) => (
          <Overlay key={map.method} shown={shown} map={map} />
        ))}
      </div>
      <p className="muted">
        Rank correlation of the maps:{' '}
        {found.agreement
          .map(
            ({ a, b, rank }) =>
              `${imageMethodTitles[a]} and ${imageMethodTitles[b]} ${rank === null ? '—' : formatFixed(rank, 2)}`,
          )
          .join(', ')}
        .
      </p>
      <div className="charts">
        {specs.map((spec) => (
          <ChartFrame key={spec.title} spec={spec} />
        ))}
      </div>
    </div>
  )
}

const OnePicture = ({ run }: { readonly run: Run }) => {
  const [text, setText] = useState('1')
  const [className, setClassName] = useState('')
  const [shown, setShown] = useState<Shown | null>(null)
  const { problem, run: act } = useAction()
  const row = rowOf(text, run.rows)
  const column = run.binding.inputs.find((input) => input.kind === 'image')?.column ?? ''
  const { classes } = run.binding.output
  useEffect(() => {
    if (row === null) return
    let current = true
    void act(async () => {
      const [found, { dataUrl }] = await Promise.all([
        ask((client) => client.explain.image({ id: run.id, row, className: className === '' ? null : className })),
        ask((client) => client.datasets.image({ id: run.datasetId, column, row })),
      ])
      if (current) setShown({ found, image: dataUrl })
    })
    return () => {
      current = false
    }
  }, [act, run.id, run.datasetId, column, row, className])
  const isCurrent = shown?.found.row === row && (className === '' || shown.found.className === className)
  return (
    <Section title="What the score rests on" note="Three ways of hiding pixels, each against a random order">
      <RowChoice rows={run.rows} text={text} onChange={setText}>
        {classes.length > 0 && (
          <Field label="Class">
            {(ids) => (
              <Select
                {...ids}
                value={className}
                onChoose={setClassName}
                choices={[
                  { value: '', title: 'the predicted one' },
                  ...classes.map((name) => ({ value: name as string, title: name as string })),
                ]}
              />
            )}
          </Field>
        )}
      </RowChoice>
      {problem ? (
        <ProblemPanel problem={problem} />
      ) : row === null ? (
        <p className="muted">Give a row from 1 to {formatCount(run.rows)}.</p>
      ) : isCurrent ? (
        <Maps shown={shown} />
      ) : (
        <Skeleton label="Hiding pixels" rows={8} />
      )}
    </Section>
  )
}

const OverRows = ({ section }: { readonly section: ImageExplanation }) => (
  <Section
    title="Which map to believe"
    note={`Gain over a random order of pixels, mean over ${plural(section.rows.explained, 'row')} with 95 % intervals`}
  >
    <div className="table-scroll" role="group" aria-label="Which map to believe" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col" className="number">
              Deletion
            </th>
            <th scope="col" className="number">
              Insertion
            </th>
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>
          {section.methods.map(({ method, deletion, insertion }) => (
            <tr key={method}>
              <th scope="row">{imageMethodTitles[method]}</th>
              <td className="number">
                <MetricText metric={deletion} />
              </td>
              <td className="number">
                <MetricText metric={insertion} />
              </td>
              <td className="wrap">{faithfulnessVerdict(deletion)}</td>
            </tr>
          ))}
          {section.agreement.map(({ a, b, rank }) => (
            <tr key={`${a} ${b}`}>
              <th scope="row">
                {imageMethodTitles[a]} and {imageMethodTitles[b]}
              </th>
              <td className="number" colSpan={2}>
                <MetricText metric={rank} />
              </td>
              <td>Rank correlation of their pixels.</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Section>
)

export const ImageTab = ({ run, evidence }: { readonly run: Run; readonly evidence: Evidence }) => {
  const state = useAnalysis(run, 'explain')
  const section = useSection(evidence, 'imageExplanation', imageExplanationSchema)
  return (
    <>
      <OnePicture run={run} />
      <Analysis
        state={state}
        found={section !== null}
        icon="models"
        title="The maps are not tested over rows yet"
        about="One picture says little. Over several rows it shows which method finds the pixels that the score rests on; the result goes into the evidence and the report."
        findings={[]}
        form={
          <Button
            kind={section ? 'plain' : 'primary'}
            busy={state.busy}
            onClick={() => state.start((client) => client.explain.start({ id: run.id }))}
          >
            Test the maps on 12 rows
          </Button>
        }
      >
        {section && <OverRows section={section} />}
      </Analysis>
    </>
  )
}
