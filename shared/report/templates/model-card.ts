/** Model card (Mitchell et al. 2019, "Model Cards for Model Reporting", FAT* '19). */
import {
  allMetrics,
  calibration,
  decisions,
  development,
  drift,
  evaluationData,
  fairness,
  gateResults,
  intendedUse,
  limitations,
  modelDesign,
  protectedAttributes,
  reviewFindings,
  riskTier,
  robustness,
  slices,
  software,
  trainingData,
  versionFacts,
} from './shown.ts'
import type { Template } from './template.ts'

const policy = 'Write a policy with the objective and hold the run against it: assay gate RUN --policy FILE.'

export const modelCard: Template = {
  name: 'model-card',
  title: 'Model card',
  about: 'What the model is, what it is for, how well it does and for whom. For publishing beside the model.',
  source: 'Mitchell et al. 2019, Model Cards for Model Reporting',
  basis: 'The headings are those of the paper; what each asks for is said in our words.',
  parts: [
    {
      title: 'The model',
      clauses: [
        {
          id: 'details',
          clause: 'Model details',
          title: 'Version, form and origin',
          asks: 'Which version this is, what kind of model, and what it was made from.',
          evidence: { version: versionFacts, 'model design': modelDesign, software },
          comesFrom: 'Import the model.',
        },
        {
          id: 'intended-use',
          clause: 'Intended use',
          title: 'What it is for',
          asks: 'Which use it was made for, and where it is to run.',
          evidence: { 'intended use': intendedUse, materiality: riskTier },
          comesFrom: policy,
        },
        {
          id: 'factors',
          clause: 'Factors',
          title: 'Groups and conditions',
          asks: 'For which groups and under which conditions results may differ.',
          evidence: {
            'protected attributes': protectedAttributes,
            slices,
            fairness,
          },
          comesFrom: 'Mark protected attributes on import; run the fairness and slice analyses.',
        },
      ],
    },
    {
      title: 'How well it does',
      clauses: [
        {
          id: 'metrics',
          clause: 'Metrics',
          title: 'Figures with their uncertainty',
          asks: 'Which measures of performance were chosen, and how sure they are.',
          evidence: { metrics: allMetrics },
          comesFrom: 'Evaluate the run.',
        },
        {
          id: 'evaluation-data',
          clause: 'Evaluation data',
          title: 'What it was evaluated on',
          asks: 'Which data, why, and how it was prepared.',
          evidence: { 'evaluation data': evaluationData },
          comesFrom: 'Import the dataset.',
        },
        {
          id: 'training-data',
          clause: 'Training data',
          title: 'What it was made with',
          asks: 'Which data the model was fitted on.',
          evidence: { 'training data': trainingData },
          comesFrom: 'Record the training data: assay registry lineage MODEL --data DATASET:training.',
        },
        {
          id: 'quantitative-analyses',
          clause: 'Quantitative analyses',
          title: 'Calibration, gates and further analyses',
          asks: 'Results in total and by group.',
          evidence: {
            calibration,
            gates: gateResults,
            robustness,
            drift,
          },
          comesFrom: policy,
        },
      ],
    },
    {
      title: 'How to take it',
      clauses: [
        {
          id: 'ethics',
          clause: 'Ethical considerations',
          title: 'Harm that it can do',
          asks: 'What was considered about people who are affected.',
          evidence: { 'review findings': reviewFindings },
          comesFrom: 'Ask for a review; reviewers write findings.',
        },
        {
          id: 'caveats',
          clause: 'Caveats and recommendations',
          title: 'What to know before use',
          asks: 'What the other parts do not say.',
          evidence: { 'known limits': limitations, lineage: development },
          comesFrom: 'Evaluate the run.',
        },
        {
          id: 'approval',
          clause: 'Approval',
          title: 'Who answers for its release',
          asks: 'Who looked at it and decided.',
          evidence: { 'signed decisions': decisions },
          comesFrom: 'Have the review decided: assay approve REVIEW.',
        },
      ],
    },
  ],
}
