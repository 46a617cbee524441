/** The policy file that a new image classifier starts from. */
export const image = `# Release criteria for a classifier of images into several classes.
assay: policy/1
name: Image classifier
task: multiclass
risk_tier: medium
objective:
  business: Sort the pictures as a careful person would.
  measure: metrics.accuracy
  target: { at_least: 0.9 }
deployment: { kind: edge }
approval:
  quorum: 1
  valid_days: 180
gates:
  - id: accuracy
    title: Right on most pictures
    path: metrics.accuracy
    at_least: 0.9
    reason: One picture in ten may be wrong.
  - id: every-class
    title: No class is left behind
    path: detail.classes[*].metrics.recall
    at_least: 0.6
    reason: A good average can hide a class that is never found.
  - id: second-guess
    title: The second guess helps
    path: metrics.top_2_accuracy
    at_least: 0.95
    severity: warn
    reason: People look at the two most likely classes.
  - id: confidence
    title: Its confidence can be taken at its word
    path: metrics.ece
    at_most: 0.1
    severity: warn
    reason: Pictures below a confidence go to a person.
  - id: findings
    title: No finding that is an error
    path: findings[severity=error].count
    at_most: 0
    reason: An error says that a number does not mean what it seems to.
`
