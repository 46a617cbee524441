/** The texts of a row, each word coloured by how much the score falls without it. */
import { useEffect, useState } from 'react'
import type { RowExplanation, TextRow } from '../../../shared/contract/explain-row.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { wordOrderSpec } from '../../charts/attributions.ts'
import { ChartFrame } from '../../charts/chart-frame.tsx'
import { Field, Select } from '../../components/field.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Skeleton } from '../../components/states.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatFixed, formatNumber } from '../../../shared/format/number.ts'
import { isText } from '../../../shared/explain/tokens.ts'

/** Whether a value of the row is more than a category. */
export const hasText = ({ outputs }: RowExplanation): boolean =>
  outputs[0]?.parts.some(({ value }) => isText(value)) ?? false

const Words = ({ text }: { readonly text: TextRow['columns'][number] }) => {
  const largest = Math.max(Number.MIN_VALUE, ...text.words.map(({ effect }) => Math.abs(effect)))
  return (
    <p className="words">
      {text.before}
      {text.words.map((word, k) => (
        <mark
          key={k}
          title={`${word.text.trim()}: ${formatNumber(word.effect)}`}
          style={{
            // Orange speaks for the class, blue against it; Okabe and Ito's colours.
            backgroundColor: `rgb(${word.effect >= 0 ? '230 120 0' : '0 114 178'} / ${((0.55 * Math.abs(word.effect)) / largest).toFixed(3)})`,
          }}
        >
          {word.text}
        </mark>
      ))}
    </p>
  )
}

export const TextPanel = ({ run, row }: { readonly run: Run; readonly row: number }) => {
  const [found, setFound] = useState<TextRow | null>(null)
  const [className, setClassName] = useState('')
  const { classes } = run.binding.output
  const { problem, run: act } = useAction()
  useEffect(() => {
    let current = true
    void act(async () => {
      const answer = await ask((client) =>
        client.explain.texts({ id: run.id, row, className: className === '' ? null : className }),
      )
      if (current) setFound(answer)
    })
    return () => {
      current = false
    }
  }, [act, run.id, row, className])
  if (problem) return <ProblemPanel problem={problem} />
  if (!found) return <Skeleton label="Deleting words" rows={3} />
  return (
    <div className="stack">
      {classes.length > 2 && (
        <Field label="Class of the words">
          {(ids) => (
            <Select
              {...ids}
              value={className}
              onChoose={setClassName}
              choices={[
                { value: '', title: 'The predicted one' },
                ...classes.map((name) => ({ value: name as string, title: name as string })),
              ]}
            />
          )}
        </Field>
      )}
      <p className="muted">
        {found.className}, score {formatFixed(found.score, 4)}: how much it falls when a word is deleted. Orange speaks
        for it, blue against it.
      </p>
      {found.columns.map((text) => {
        const spec = wordOrderSpec(text, found.className)
        const top = [...text.words].sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect)).slice(0, 8)
        return (
          <div className="row-parts" key={text.column}>
            <div>
              <h4>{text.column}</h4>
              <Words text={text} />
              <div className="table-scroll" role="group" aria-label={`Words of ${text.column}`} tabIndex={0}>
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">Word</th>
                      <th scope="col" className="number">
                        Fall of the score
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {top.map((word, k) => (
                      <tr key={k}>
                        <th scope="row">{word.text.trim()}</th>
                        <td className="number tabular">{formatNumber(word.effect)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </div>
            <ChartFrame spec={spec} />
          </div>
        )
      })}
    </div>
  )
}
