/** What each page does, what the words mean, and the keys. */
import { Facts } from '../../components/facts.tsx'
import { Page, Section } from '../../components/page.tsx'
import { shortcuts } from '../../shell/shortcuts.ts'

const pages = [
  ['Overview', 'Recent runs with their main metric, datasets, models, and what needs attention.'],
  ['Data', 'Import a file and see how it is read; types, roles and findings of each column; all rows.'],
  ['Models', 'Import an ONNX file; what its graph says; bind its inputs and outputs to the columns of a dataset.'],
  ['Runs', 'Score a model version on a dataset. When scoring is done, the evaluation follows by itself.'],
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
    '95 % interval',
    'The values of the metric that agree with the data. A wide interval means that there are too few rows to say more.',
  ],
  ['n used / n total', 'How many rows a number is computed from, of how many there are.'],
  ['—', 'Not defined. The reason stands beside it.'],
  ['Finding', 'Something a reader must know about the numbers: an error, a warning or a note.'],
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
