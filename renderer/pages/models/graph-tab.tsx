/** What the protobuf says about the graph. */
import type { ModelVersion, TensorInfo } from '../../../shared/contract/model.ts'
import { Facts } from '../../components/facts.tsx'
import { Hash } from '../../components/hash.tsx'
import { Section } from '../../components/page.tsx'
import { formatBytes, formatCount, plural } from '../../../shared/format/number.ts'

const shapeText = (shape: TensorInfo['shape']): string =>
  shape === null ? 'any shape' : `[${shape.map((dim) => dim ?? '?').join(', ')}]`

const Tensors = ({
  tensors,
  label,
  endings,
}: {
  readonly tensors: readonly TensorInfo[]
  readonly label: string
  readonly endings?: ModelVersion['finalActivation']
}) => (
  <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Kind</th>
          <th scope="col">Element type</th>
          <th scope="col">Shape</th>
          {endings && <th scope="col">Ends in</th>}
        </tr>
      </thead>
      <tbody>
        {tensors.map((tensor) => (
          <tr key={tensor.name}>
            <th scope="row">
              <code>{tensor.name}</code>
            </th>
            <td>{tensor.kind}</td>
            <td>{tensor.elementType ?? '—'}</td>
            <td className="tabular">{shapeText(tensor.shape)}</td>
            {endings && <td>{endings[tensor.name] ?? '—'}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

export const GraphTab = ({ version }: { readonly version: ModelVersion }) => (
  <>
    {version.edits.length > 0 && (
      <Section title="Changed on import">
        <ul className="plain-list">
          {version.edits.map((edit) => (
            <li key={edit}>{edit}</li>
          ))}
        </ul>
      </Section>
    )}
    <Section title="Inputs" note={plural(version.inputs.length, 'input')}>
      <Tensors tensors={version.inputs} label="Inputs" />
    </Section>
    <Section title="Outputs" note={plural(version.outputs.length, 'output')}>
      <Tensors tensors={version.outputs} label="Outputs" endings={version.finalActivation} />
    </Section>
    <Section title="File">
      <Facts
        facts={[
          ['File', version.fileName],
          ['Size', formatBytes(version.bytes)],
          ['SHA-256', <Hash key="file" value={version.sha256} name="hash of the model file" />],
          [
            'Graph that runs, SHA-256',
            version.servedSha256 === version.sha256 ? (
              'the same file'
            ) : (
              <Hash key="served" value={version.servedSha256} name="hash of the graph that runs" />
            ),
          ],
          ['Producer', version.producer || '—'],
          ['IR version', String(version.irVersion)],
          ['Operator sets', version.opsets.map((opset) => `${opset.domain || 'ai.onnx'} ${opset.version}`).join(', ')],
          ['Parameters', formatCount(version.parameters)],
          ['Class names in the graph', version.classLabels === null ? 'none' : version.classLabels.join(', ')],
          ...Object.entries(version.metadata).map(([key, value]) => [`Metadata: ${key}`, value] as const),
        ]}
      />
    </Section>
    <Section
      title="Operators"
      note={`${plural(
        version.operators.reduce((sum, operator) => sum + operator.count, 0),
        'node',
      )} of ${plural(version.operators.length, 'kind')}`}
    >
      <ul className="chips" aria-label="Operators">
        {[...version.operators]
          .sort((a, b) => b.count - a.count)
          .map((operator) => (
            <li key={`${operator.domain}.${operator.opType}`} title={operator.domain || 'ai.onnx'}>
              {operator.opType} <span className="muted tabular">{formatCount(operator.count)}</span>
            </li>
          ))}
      </ul>
    </Section>
  </>
)
