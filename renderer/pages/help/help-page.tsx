/** What each page does, what the words mean, and the keys. */
import { Facts } from '../../components/facts.tsx'
import { Page, Section } from '../../components/page.tsx'
import { shortcuts } from '../../shell/shortcuts.ts'

const pages = [
  ['Overview', 'Recent runs with their main metric, datasets, models, and what needs attention.'],
  ['Data', 'Import a file and see how it is read; types, roles and findings of each column; all rows.'],
  ['Models', 'Import an ONNX file; what its graph says; bind its inputs and outputs to the columns of a dataset.'],
  ['Runs', 'Score a model version on a dataset. When scoring is done, the evaluation follows by itself.'],
  [
    'Compare',
    'Hold runs of one dataset against each other, pair by pair: differences with intervals, McNemar, rows that changed sides, and where each wins.',
  ],
  [
    'Drift',
    'Hold two datasets, or two runs, against each other: which columns, predictions and labels have changed by more than chance, when it began, and what it does to performance.',
  ],
  [
    'Approvals',
    'Policies with their gates, reviews with findings and signed decisions, people and their keys. A run’s gates stand on its own page.',
  ],
  [
    'Monitor',
    'Production logs and late labels, window by window against the approved evaluation: traffic, performance or its estimate, calibration, drift and gates. Triggers open alerts and a retraining task; the new model comes back as challenger.',
  ],
  [
    'Try it',
    'Serves an approved version on this machine, on the loopback alone, while the page is open: send rows, see answers and, of an explained run, the strongest reasons for each, times and the server’s own figures.',
  ],
  ['Settings', 'The workspace, the devices, the audit log and its verification.'],
] as const

const words = [
  ['Workspace', 'One folder that holds all of it. It can be zipped and moved.'],
  ['Dataset', 'A fixed copy of a source file: columns with types and roles. Rows and values never change.'],
  [
    'Role',
    'What a column is for: feature, target, prediction, weight, id, time, or ignored. A protected attribute may be a feature as well.',
  ],
  ['Model, version', 'A name, and its numbered ONNX files that never change.'],
  ['Binding', 'Which columns feed which input of a version, and what its outputs mean.'],
  ['Task', 'Binary, multiclass or regression.'],
  ['Run', 'One version scored on one dataset on one device.'],
  [
    'Evaluation',
    'What was computed from a run: one document with every metric, its interval and its source. Also called the evidence.',
  ],
  [
    'Window',
    'A period of production, or an even part of it. Each is held against the whole approved dataset, and p-values are corrected over all of them.',
  ],
  [
    'Trigger',
    'What must hold, in how many windows in a row, before an alert opens and a model is asked to be trained again. Challenger: the version that may replace the one in production.',
  ],
  [
    'Paired difference',
    'Other minus reference, from pairs of scores of the same row. What moves both alike cancels, so that it is known better than two lone numbers.',
  ],
  [
    'Not worse by a margin',
    'The whole 95 % interval lies above −margin. Inconclusive: it straddles −margin. Set the margin before you look.',
  ],
  [
    'Calibration',
    'Whether an event given a probability of 30 % happens in 30 of 100 rows. A recalibration is fitted on some rows and judged on others.',
  ],
  [
    'Net benefit',
    'True positives a row, less false positives at the rate at which the threshold trades them. Selecting no row has 0.',
  ],
  [
    'Drifted, slight, stable',
    'Drifted: unlikely to be chance, corrected for many columns, and large enough to matter. Slight: unlikely to be chance, but small. Stable: chance explains it.',
  ],
  [
    'Population stability index (PSI)',
    'How far the shares of ten bins have moved from the reference. Under 0.1 is commonly taken as small, over 0.25 as large.',
  ],
  [
    'Concept drift',
    'The same score goes with other labels than before. Only labels show it; an estimate without labels takes it for granted that there is none.',
  ],
  [
    'Attribution',
    'What a column adds to a row’s score, compared with the average row: a Shapley value. Base and attributions of a row add up to its score, before the last transform of the model.',
  ],
  [
    'Absent column',
    'What the score would be without knowing a column: either the shares of reference rows at each node of the trees, or the values of reference rows in turn.',
  ],
  [
    '95 % interval',
    'The values of the metric that agree with the data. A wide interval means that there are too few rows to say more.',
  ],
  ['n used / n total', 'How many rows a number is computed from, of how many there are.'],
  ['—', 'Not defined. The reason stands beside it.'],
  ['Finding', 'Something a reader must know about the numbers: an error, a warning or a note.'],
  [
    'Policy, gate',
    'A YAML file of release criteria, and one of them. A gate passes when the whole interval meets the limit, fails when the whole interval misses it, and is inconclusive when the interval straddles it. Inconclusive and missing stop a release like a failure.',
  ],
  [
    'Champion',
    'The version of a model that others are compared with: usually the one in use. A challenger is one that may replace it.',
  ],
  [
    'Waiver',
    'A decision, with owner, reason and last day, to release although a gate does not pass. It stands in the policy and so is part of what is signed.',
  ],
  [
    'Review',
    'One evaluation of one version under one policy, looked at by someone who did not make it. Findings are settled by others than the author.',
  ],
  [
    'Approval',
    'A signed decision on the evidence, the policy and the gate results. Changed evidence needs a new one; nobody approves their own work.',
  ],
  [
    'Fingerprint',
    'The SHA-256 of a public key. Two people read it to each other once, and know each other’s signatures from then on.',
  ],
  [
    'Parity',
    'Equality of one rate over groups: selection, errors, or what a selection means. Where groups truly differ, not all parities can hold at once.',
  ],
  ['Selected', 'The class that a fairness analysis asks about: the positive one, or one of several against the rest.'],
  [
    'Slice',
    'Rows that meet one to three conditions, such as contract = One year & tenure >= 6. Found slices are corrected for all that could have been chosen.',
  ],
  [
    'p, adjusted',
    'How easily chance alone gives such a difference, corrected for having looked many times. Small values, under 0.05, speak against chance.',
  ],
  [
    'Audit log',
    'Everything that changed the workspace. Each entry holds the hash of the one before, so that a later change shows.',
  ],
] as const

export const HelpPage = () => (
  <Page title="Help" about="Everything runs on this machine; nothing is sent anywhere.">
    <Section title="Pages">
      <Facts facts={pages} />
    </Section>
    <Section title="Words">
      <Facts facts={words} />
    </Section>
    <Section title="Keys">
      <Facts facts={shortcuts().map(({ keys, does }) => [does, <kbd key={keys}>{keys}</kbd>] as const)} />
    </Section>
  </Page>
)
