/** The ways in which rows are made worse: what each does, to which columns, and how strongly. */
import type { PerturbationKind } from '../contract/robustness.ts'

export interface KindDefinition {
  readonly title: string
  readonly what: string
  readonly strengthUnit: string
  /** Rising. */
  readonly strengths: readonly number[]
  readonly applies: 'number' | 'text' | 'number or text' | 'image'
  /** Whether the truth of a changed row is still that of the row: not of rows that no longer look like the data. */
  readonly truthHolds: boolean
}

export const kindDefinitions: Readonly<Record<PerturbationKind, KindDefinition>> = {
  noise: {
    title: 'Numeric noise',
    what: 'A normal random number is added to each number, as large as a share of its column’s standard deviation.',
    strengthUnit: 'standard deviations',
    strengths: [0.05, 0.1, 0.25, 0.5, 1],
    applies: 'number',
    truthHolds: true,
  },
  missing: {
    title: 'Missing values',
    what: 'A share of the values of each column is taken away.',
    strengthUnit: 'share of values',
    strengths: [0.05, 0.1, 0.2, 0.4],
    applies: 'number or text',
    truthHolds: true,
  },
  outliers: {
    title: 'Outliers',
    what: 'A share of the numbers is replaced by values 5 to 10 standard deviations from the mean of their column.',
    strengthUnit: 'share of values',
    strengths: [0.01, 0.05, 0.1, 0.2],
    applies: 'number',
    truthHolds: true,
  },
  typos: {
    title: 'Typing errors',
    what: 'In a share of the texts one letter is dropped, doubled, swapped with the next, or changes its case.',
    strengthUnit: 'share of values',
    strengths: [0.05, 0.1, 0.25, 0.5],
    applies: 'text',
    truthHolds: true,
  },
  'unknown category': {
    title: 'Unknown categories',
    what: 'A share of the texts is replaced by a text that the column never holds.',
    strengthUnit: 'share of values',
    strengths: [0.05, 0.1, 0.25, 0.5],
    applies: 'text',
    truthHolds: true,
  },
  'out of distribution': {
    title: 'Out of distribution',
    what: 'Each number is moved away from the mean of its column until rows no longer look like the data. Their truth is not known; a model should become less sure.',
    strengthUnit: 'standard deviations',
    strengths: [1, 2, 4, 8],
    applies: 'number',
    truthHolds: false,
  },
  'image noise': {
    title: 'Image noise',
    what: 'A normal random number is added to each pixel.',
    strengthUnit: 'grey levels of 255',
    strengths: [5, 10, 20, 40, 80],
    applies: 'image',
    truthHolds: true,
  },
  brightness: {
    title: 'Brightness',
    what: 'The same number is added to each pixel.',
    strengthUnit: 'grey levels of 255',
    strengths: [-80, -40, -20, 20, 40, 80],
    applies: 'image',
    truthHolds: true,
  },
  blur: {
    title: 'Blur',
    what: 'Each pixel becomes a Gaussian mean of those around it.',
    strengthUnit: 'pixels (standard deviation)',
    strengths: [0.4, 0.7, 1, 1.5, 2],
    applies: 'image',
    truthHolds: true,
  },
  rotation: {
    title: 'Rotation',
    what: 'Each image is turned around its centre, to the left or the right by chance.',
    strengthUnit: 'degrees',
    strengths: [5, 10, 15, 30, 45],
    applies: 'image',
    truthHolds: true,
  },
}

export const kindNames = Object.keys(kindDefinitions) as PerturbationKind[]
