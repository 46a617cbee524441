/** What is not reproduced to 1e-9, and why: each entry takes the leaves whose path it matches. */
export interface Difference {
  readonly documents: RegExp
  readonly paths: readonly RegExp[]
  /** What the leaves are, in a word or two. */
  readonly title: string
  readonly reason: string
  /** Largest difference that the reason explains; left out where the leaf is not computed here. */
  readonly within?: { readonly relative: number } | { readonly absolute: number }
}

const all = /./

export const differences: readonly Difference[] = [
  {
    title: 'facts about the document',
    reason: 'Names, definitions, versions and settings: nothing is computed.',
    documents: all,
    paths: [
      /^\/(case|task|target|positive|time|input|output)$/,
      /^\/(versions|definitions|hyper|features|features_raw|features_onehot)\//,
      /\/(note|scoring|n_repeats)$/,
      /^\/compare_gb_rf\/(rows|cols)$/,
      /\/confusion_matrix\/rows$/,
    ],
  },
  {
    title: 'inputs of the enumerations',
    reason: 'Rows that the values are for: given, not computed.',
    documents: all,
    paths: [/^\/exact_shapley[^/]*\/(rows|background|features|fixed)\//],
  },
  {
    title: 'sum_check',
    reason: 'The rounding that the reference itself has left.',
    documents: all,
    paths: [/\/sum_check$/],
  },
  {
    title: 'permutation importance',
    reason:
      'Depends on numpy’s random numbers; here they are drawn by another generator. The document itself says to compare within a few standard deviations.',
    documents: all,
    paths: [/^\/permutation_importance\/.*\/(mean|std)$/],
  },
  {
    title: 'drift of the training scores',
    reason:
      'The case holds no scores of the training rows. Through ONNX Runtime’s float32 scores they are checked in test/engine/drift-cases.test.ts; a row beside a bin’s edge changes bins there.',
    documents: /telco_churn\/expected\.json/,
    paths: [/^\/drift\/score_train_vs_shifted\//],
  },
  {
    title: 'exact Shapley values through a pipeline',
    reason:
      'Of a float64 model behind imputer and encoders; the ONNX file holds float32. Checked through the engine in test/engine/explain.test.ts, to 2e-6 of the prediction.',
    documents: /telco_churn|california_gbr/,
    paths: [/^\/exact_shapley[^/]*\/result\//],
  },
  {
    title: 'exact Shapley values of a forest',
    reason: 'Of the float64 model; the leaves in the ONNX file are float32.',
    documents: /wine_quality/,
    paths: [/^\/exact_shapley_class_6\/result\//],
    within: { relative: 1e-6 },
  },
  {
    title: 'exact Shapley values, TreeSHAP',
    reason: 'xgboost sums in float32; here in float64. Within 1e-5 of the largest value.',
    documents: /bike_xgb/,
    paths: [/^\/exact_shapley\/result\//, /^\/tree_shap\/(rows|mean_abs_all_holdout|interactions_first5)\//],
    within: { absolute: 3e-3 },
  },
  {
    title: 'TreeSHAP of log-odds',
    reason: 'xgboost sums in float32; here in float64. Within 1e-5 of the largest value.',
    documents: /bike_xgb/,
    paths: [/^\/tree_shap\/busy_clf_log_odds_rows\//],
    within: { absolute: 5e-5 },
  },
  {
    title: 'gain importance',
    reason: 'What each split gained in training; an ONNX file does not hold it.',
    documents: /bike_xgb/,
    paths: [/^\/gain_importance\//],
  },
  {
    title: 'pROC’s Youden threshold',
    reason: 'pROC puts thresholds midway between two scores; here a threshold is a score. Both select the same rows.',
    documents: /expected_r/,
    paths: [/\/youden\/threshold$/],
  },
  {
    title: 'caret’s interval of accuracy',
    reason: 'caret’s is Clopper and Pearson’s, which is too wide by design; here it is Wilson’s.',
    documents: /expected_r/,
    paths: [/\/Accuracy(Lower|Upper)$/],
  },
  {
    title: 'caret’s test against the majority class',
    reason:
      'A binomial test of accuracy; here the majority class is a baseline in every comparison, tested on the same rows.',
    documents: /expected_r/,
    paths: [/\/AccuracyPValue$/],
  },
  {
    title: 'caret’s McNemar test of more classes than two',
    reason: 'A test of the table’s symmetry, which caret itself gives as undefined.',
    documents: /wine_quality\/expected_r/,
    paths: [/\/McnemarPValue$/],
  },
  {
    title: 'MLmetrics’ normalised Gini',
    reason:
      'Orders equal scores as they stand in the file, so that it depends on the order of rows; here a tie counts half.',
    documents: /expected_r/,
    paths: [/\/gini_MLmetrics_normalised$/],
  },
  {
    title: 'ROCR’s PR area',
    reason:
      'Another interpolation between points; here there are average precision and the trapezoid, which are scikit-learn’s.',
    documents: /expected_r/,
    paths: [/\/rocr_aucpr$/],
  },
  {
    title: 'H measure',
    reason: 'Null in the document: the package was not there.',
    documents: /expected_r/,
    paths: [/\/hmean$/],
  },
  {
    title: 'R’s p-values of Kolmogorov–Smirnov tests',
    reason:
      'R 4.2 falls back to the limit’s distribution where there are ties, and writes 0 below 2e-16; here p is exact, as in scipy, whose values are reproduced.',
    documents: /telco_churn\/expected_r/,
    paths: [/^\/train_vs_shifted\/ks\/[^/]+\/p$/],
  },
]
