/** The policy file that a new regression model starts from. */
export const regression = `# Release criteria for a model that predicts an amount.
# Errors are in units of the target: the limits on them must be yours.
assay: policy/1
name: Regression model
task: regression
risk_tier: medium
objective:
  business: Predict the amount well enough to plan with it.
  measure: metrics.r2
  target: { at_least: 0.3 }
deployment: { kind: batch }
approval:
  quorum: 1
  valid_days: 365
gates:
  - id: explained
    title: Better than the mean
    path: metrics.r2
    at_least: 0.2
    reason: At 0 the model is no better than always saying the mean.
  - id: order
    title: Larger amounts are predicted larger
    path: metrics.spearman_rho
    at_least: 0.4
    reason: Plans rank cases before they read amounts.
  - id: bias
    title: Right on average
    path: metrics.mean_residual
    between: [-10, 10]
    reason: Set it to the largest shift of a total that goes unnoticed.
  - id: findings
    title: No finding that is an error
    path: findings[severity=error].count
    at_most: 0
    reason: An error says that a number does not mean what it seems to.
  - id: champion
    title: No worse than the champion
    path: metrics.r2
    versus: champion
    at_least: -0.02
    severity: warn
    reason: Let it block once there is a champion.
`
