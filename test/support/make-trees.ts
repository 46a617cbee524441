/** A tree ensemble as an ONNX file, in each form that the operator has had. */
import type { TreeEnsemble } from '../../shared/explain/tree/ensemble.ts'
import { nodeModes } from '../../shared/explain/tree/ensemble.ts'
import { joinBytes, writeInteger, writeMessage, writeText } from '../../shared/onnx/wire.ts'
import { attribute, input, model, node, output } from './build-model.ts'

const modeNames = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ', '', 'LEAF']
const ml = 'ai.onnx.ml'

export interface TreeModelWish {
  readonly operator: 'regressor' | 'classifier' | 'version 5'
  /** regressor: how trees are combined. */
  readonly aggregate?: 'SUM' | 'AVERAGE'
  readonly transform?: string
  /** classifier: as many as the ensemble's outputs, or two for one output. */
  readonly classes?: readonly string[]
  /** Thresholds and weights as float64 tensors (version 3). */
  readonly wide?: boolean
  /** Nodes before and behind the ensemble, and the inputs they need in place of X. */
  readonly around?: { readonly inputs: readonly Uint8Array[]; readonly nodes: readonly Uint8Array[] }
}

/** A TensorProto attribute of float32 (1), uint8 (2) or float64 (11) numbers. */
export function tensorAttribute(name: string, dataType: 1 | 2 | 11, values: ArrayLike<number>): Uint8Array {
  const raw =
    dataType === 1
      ? new Float32Array(Array.from(values)).buffer
      : dataType === 11
        ? new Float64Array(Array.from(values)).buffer
        : new Uint8Array(Array.from(values)).buffer
  const tensor = writeMessage(
    5,
    writeInteger(1, values.length),
    writeInteger(2, dataType),
    writeMessage(9, new Uint8Array(raw)),
  )
  return joinBytes([writeText(1, name), tensor, writeInteger(20, 4)])
}

/** Nodes of every tree with ids of their own, as versions 1 to 3 want them: depth first, the root first. */
function flatten(ensemble: TreeEnsemble) {
  const nodes: { tree: number; id: number; node: number; yes: number; no: number }[] = []
  ensemble.roots.forEach((root, tree) => {
    let next = 0
    const walk = (at: number): number => {
      const id = next++
      const entry = { tree, id, node: at, yes: 0, no: 0 }
      nodes.push(entry)
      if (ensemble.mode[at] !== nodeModes.leaf) {
        entry.yes = walk(ensemble.whenTrue[at]!)
        entry.no = walk(ensemble.whenFalse[at]!)
      }
      return id
    }
    walk(root)
  })
  return nodes
}

function olderNode(ensemble: TreeEnsemble, wish: TreeModelWish): Uint8Array {
  const nodes = flatten(ensemble)
  const isClassifier = wish.operator === 'classifier'
  const kind = isClassifier ? 'class' : 'target'
  const leaves = nodes.flatMap((entry) => {
    const list: { tree: number; id: number; output: number; weight: number }[] = []
    for (let at = ensemble.leafStart[entry.node]!; at < ensemble.leafStart[entry.node + 1]!; at++) {
      list.push({
        tree: entry.tree,
        id: entry.id,
        output: ensemble.leafOutput[at]!,
        weight: ensemble.leafWeight[at]!,
      })
    }
    return list
  })
  const numbers = (name: string, values: ArrayLike<number>) =>
    wish.wide ? tensorAttribute(`${name}_as_tensor`, 11, values) : attribute.floats(name, Array.from(values))
  const attributes = [
    attribute.ints(
      'nodes_treeids',
      nodes.map((entry) => entry.tree),
    ),
    attribute.ints(
      'nodes_nodeids',
      nodes.map((entry) => entry.id),
    ),
    attribute.ints(
      'nodes_featureids',
      nodes.map((entry) => Math.max(0, ensemble.feature[entry.node]!)),
    ),
    attribute.texts(
      'nodes_modes',
      nodes.map((entry) => modeNames[ensemble.mode[entry.node]!]!),
    ),
    numbers(
      'nodes_values',
      nodes.map((entry) => ensemble.threshold[entry.node]!),
    ),
    attribute.ints(
      'nodes_truenodeids',
      nodes.map((entry) => entry.yes),
    ),
    attribute.ints(
      'nodes_falsenodeids',
      nodes.map((entry) => entry.no),
    ),
    attribute.ints(
      'nodes_missing_value_tracks_true',
      nodes.map((entry) => ensemble.missingTrue[entry.node]!),
    ),
    attribute.ints(
      `${kind}_treeids`,
      leaves.map((leaf) => leaf.tree),
    ),
    attribute.ints(
      `${kind}_nodeids`,
      leaves.map((leaf) => leaf.id),
    ),
    attribute.ints(
      `${kind}_ids`,
      leaves.map((leaf) => leaf.output),
    ),
    numbers(
      `${kind}_weights`,
      leaves.map((leaf) => leaf.weight),
    ),
    numbers('base_values', ensemble.base),
    attribute.text('post_transform', wish.transform ?? 'NONE'),
    ...(isClassifier
      ? [attribute.texts('classlabels_strings', wish.classes!)]
      : [
          attribute.int('n_targets', ensemble.outputs),
          ...(wish.aggregate ? [attribute.text('aggregate_function', wish.aggregate)] : []),
        ]),
  ]
  const name = isClassifier ? 'TreeEnsembleClassifier' : 'TreeEnsembleRegressor'
  return node(name, ['X'], isClassifier ? ['label', 'scores'] : ['scores'], { domain: ml, attributes })
}

function version5Node(ensemble: TreeEnsemble, wish: TreeModelWish): Uint8Array {
  const interior: number[] = []
  const leaves: { output: number; weight: number }[] = []
  const refs = new Map<number, { id: number; isLeaf: boolean }>()
  const walk = (at: number): { id: number; isLeaf: boolean } => {
    const known = refs.get(at)
    if (known) return known
    if (ensemble.mode[at] === nodeModes.leaf) {
      const first = ensemble.leafStart[at]!
      const has = first < ensemble.leafStart[at + 1]!
      const id =
        leaves.push({
          output: has ? ensemble.leafOutput[first]! : 0,
          weight: has ? ensemble.leafWeight[first]! : 0,
        }) - 1
      refs.set(at, { id, isLeaf: true })
    } else {
      refs.set(at, { id: interior.push(at) - 1, isLeaf: false })
      walk(ensemble.whenTrue[at]!)
      walk(ensemble.whenFalse[at]!)
    }
    return refs.get(at)!
  }
  const roots = Array.from(ensemble.roots, (root) => walk(root).id)
  const yes = interior.map((at) => refs.get(ensemble.whenTrue[at]!)!)
  const no = interior.map((at) => refs.get(ensemble.whenFalse[at]!)!)
  const members = interior
    .filter((at) => ensemble.mode[at] === nodeModes.member)
    .flatMap((at) => [...ensemble.memberValue.subarray(ensemble.memberStart[at], ensemble.memberStart[at + 1]), NaN])
  const attributes = [
    attribute.int('aggregate_function', wish.aggregate === 'AVERAGE' ? 0 : 1),
    attribute.int('n_targets', ensemble.outputs),
    attribute.ints('tree_roots', roots),
    attribute.ints(
      'nodes_featureids',
      interior.map((at) => ensemble.feature[at]!),
    ),
    tensorAttribute(
      'nodes_modes',
      2,
      interior.map((at) => ensemble.mode[at]!),
    ),
    tensorAttribute(
      'nodes_splits',
      1,
      interior.map((at) => ensemble.threshold[at]!),
    ),
    attribute.ints(
      'nodes_truenodeids',
      yes.map((ref) => ref.id),
    ),
    attribute.ints(
      'nodes_trueleafs',
      yes.map((ref) => Number(ref.isLeaf)),
    ),
    attribute.ints(
      'nodes_falsenodeids',
      no.map((ref) => ref.id),
    ),
    attribute.ints(
      'nodes_falseleafs',
      no.map((ref) => Number(ref.isLeaf)),
    ),
    attribute.ints(
      'nodes_missing_value_tracks_true',
      interior.map((at) => ensemble.missingTrue[at]!),
    ),
    attribute.ints(
      'leaf_targetids',
      leaves.map((leaf) => leaf.output),
    ),
    tensorAttribute(
      'leaf_weights',
      1,
      leaves.map((leaf) => leaf.weight),
    ),
    ...(members.length > 0 ? [tensorAttribute('membership_values', 1, members)] : []),
    attribute.int('post_transform', 0),
  ]
  return node('TreeEnsemble', ['X'], ['scores'], { domain: ml, attributes })
}

export function makeTreeModel(ensemble: TreeEnsemble, wish: TreeModelWish): Uint8Array {
  const type = wish.wide ? 11 : 1
  const width = wish.classes?.length ?? ensemble.outputs
  const version = wish.operator === 'version 5' ? 5 : wish.wide ? 3 : 1
  const trees = wish.operator === 'version 5' ? version5Node(ensemble, wish) : olderNode(ensemble, wish)
  return model(
    [
      ...(wish.around?.nodes ?? []),
      trees,
      ...(wish.around?.inputs ?? [input('X', type, ['N', ensemble.inputs])]),
      ...(wish.operator === 'classifier' ? [output('label', 8, ['N'])] : []),
      output('scores', 1, ['N', width]),
    ],
    {
      irVersion: 10,
      opsets: [
        ['', 18],
        [ml, version],
      ],
    },
  )
}
