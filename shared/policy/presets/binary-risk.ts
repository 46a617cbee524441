/** The policy file that a new binary risk model starts from. */
export const binaryRisk = `# Release criteria for a model that predicts whether something bad (or wanted) will happen.
# Change the limits to what your use needs; a limit without a reason is a guess.
assay: policy/1
name: Binary risk model
task: binary
risk_tier: medium
objective:
  business: Find the cases most worth acting on, so that effort goes where it matters.
  measure: metrics.roc_auc
  target: { at_least: 0.75 }
deployment: { kind: batch }
approval:
  quorum: 1
  valid_days: 365
gates:
  - id: ranking
    title: Positives rank above negatives
    path: metrics.roc_auc
    at_least: 0.7
    reason: Below 0.7 the order of the cases is too near to chance to act on.
  - id: precision-over-recall
    title: Average precision beats a guess
    path: metrics.average_precision
    at_least: 0.3
    reason: Set it to at least twice the share of positives.
  - id: calibration
    title: Probabilities can be taken at their word
    path: metrics.ece
    at_most: 0.1
    reason: Decisions use the probability itself, not only the order.
  - id: rows
    title: Enough rows to tell
    path: rows.used
    at_least: 1000
    reason: Fewer rows leave most intervals too wide for a decision.
  - id: findings
    title: No finding that is an error
    path: findings[severity=error].count
    at_most: 0
    reason: An error says that a number does not mean what it seems to.
  - id: champion
    title: No worse than the champion
    path: metrics.roc_auc
    versus: champion
    at_least: -0.02
    severity: warn
    reason: Two points of ROC AUC are what a change may cost. Let it block once there is a champion.
`
