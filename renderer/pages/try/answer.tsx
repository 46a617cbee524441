/** What came back: the prediction, how long it took, and the body itself. */
import type { TriedAnswer, TriedServer } from '../../../shared/contract/try.ts'
import { formatNumber, plural } from '../../../shared/format/number.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Empty } from '../../components/states.tsx'

const shownRows = 10
const short = (value: number): string => formatNumber(Number(value.toPrecision(4)))

const One = ({
  prediction,
  server: { threshold, positive },
}: {
  readonly prediction: TriedAnswer['predictions'][number]
  readonly server: TriedServer
}) => (
  <>
    <p className="try-answer">{prediction.label ?? (prediction.score === null ? '—' : short(prediction.score))}</p>
    {prediction.label !== null && prediction.score !== null && (
      <p className="muted">
        with a chance of {short(prediction.score)} of {positive ?? prediction.label}
        {threshold !== null && positive !== null && `; ${positive} from ${short(threshold)} on, as approved`}
      </p>
    )}
    {prediction.warnings.map((warning) => (
      <p key={warning} className="badge badge-warning">
        <Icon name="warning" size={14} />
        {warning}
      </p>
    ))}
    {prediction.reasons.length > 0 && (
      <div className="try-reasons" data-testid="try-reasons">
        <h3>Strongest reasons</h3>
        <ol>
          {prediction.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ol>
      </div>
    )}
  </>
)

const Many = ({ answer, server }: { readonly answer: TriedAnswer; readonly server: TriedServer }) => {
  const labels = new Map<string, number>()
  for (const { label } of answer.predictions) if (label !== null) labels.set(label, (labels.get(label) ?? 0) + 1)
  return (
    <>
      {labels.size > 0 && (
        <p className="muted">{[...labels].map(([label, n]) => `${plural(n, 'row')} ${label}`).join(', ')}</p>
      )}
      <div className="table-scroll" role="group" aria-label="Predictions" tabIndex={0}>
        <table className="table" data-testid="try-predictions">
          <thead>
            <tr>
              <th scope="col" className="number">
                Row
              </th>
              <th scope="col">Prediction</th>
              <th scope="col" className="number">
                {server.positive === null ? 'Score' : `Chance of ${server.positive}`}
              </th>
              <th scope="col">Warnings</th>
            </tr>
          </thead>
          <tbody>
            {answer.predictions.slice(0, shownRows).map(({ label, score, warnings }, row) => (
              <tr key={row}>
                <td className="number">{row + 1}</td>
                <td>{label ?? '—'}</td>
                <td className="number">{score === null ? '—' : short(score)}</td>
                <td className="wrap">{warnings.join(' ') || <span className="muted">—</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {answer.predictions.length > shownRows && (
        <p className="muted">The first {shownRows} are shown; the body holds all.</p>
      )}
    </>
  )
}

export const Answer = ({
  answer,
  server,
}: {
  readonly answer: TriedAnswer | undefined
  readonly server: TriedServer
}) => {
  if (!answer) {
    return (
      <Section title="Answer">
        <Empty icon="play" title="Nothing sent yet">
          Send the row as it is, or change it first.
        </Empty>
      </Section>
    )
  }
  return (
    <Section
      title="Answer"
      note={`HTTP ${answer.status}, ${plural(answer.rows, 'row')} in ${short(answer.latencyMs)} ms`}
      actions={<CopyButton text={() => answer.body} label="Copy the body" name="Copy the answer’s body" />}
    >
      <div data-testid="try-answer">
        {answer.error && (
          <ProblemPanel
            problem={{ ...answer.error, remedy: 'The server refused it. Change the row and send it again.' }}
          />
        )}
        {answer.predictions.length === 1 && <One prediction={answer.predictions[0]!} server={server} />}
        {answer.predictions.length > 1 && <Many answer={answer} server={server} />}
      </div>
      <details>
        <summary>Body</summary>
        <pre className="code" tabIndex={0} aria-label="Body of the answer">
          {answer.body}
        </pre>
      </details>
    </Section>
  )
}
