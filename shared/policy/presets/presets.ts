/**
 * The policies that Assay ships, as the YAML files that people get. They are kept as text in modules, so that the
 * engine, the CLI, the window and the tests read the same bytes however they were bundled.
 */
import { binaryRisk } from './binary-risk.ts'
import { image } from './image.ts'
import { regression } from './regression.ts'

export interface Preset {
  readonly name: string
  readonly title: string
  readonly text: string
}

export const presets: readonly Preset[] = [
  { name: 'binary-risk', title: 'Binary risk model', text: binaryRisk },
  { name: 'regression', title: 'Regression model', text: regression },
  { name: 'image', title: 'Image classifier', text: image },
]
