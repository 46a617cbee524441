import { describe, expect, it } from 'vitest'
import { evaluateRegression } from '../../../shared/metrics/evaluate-regression.ts'
import { expectNear, expectSound } from './near.ts'
import { casesPresent, numbers, readColumns, readExpected } from './read-case.ts'

const keys: Record<string, string> = {
  mae: 'mae',
  mse: 'mse',
  rmse: 'rmse',
  r2: 'r2',
  explained_variance: 'explained_variance',
  mape: 'mape',
  smape: 'smape',
  median_ae: 'median_ae',
  max_error: 'max_error',
  rmsle: 'rmsle',
  mean_residual: 'mean_residual',
  residual_std: 'residual_std_ddof1',
  d2_absolute_error: 'd2_absolute_error',
  pinball_0_9: 'pinball_0_9',
  pearson_r: 'pearson_r',
  spearman_rho: 'spearman_rho',
  target_mean: 'target_mean',
  prediction_mean: 'pred_mean',
}

const cases = [
  { folder: 'bike_xgb', file: 'holdout_scored.csv', model: 'model', target: 'cnt', prediction: 'pred' },
  {
    folder: 'bike_xgb',
    file: 'holdout_shifted_scored.csv',
    model: 'model_on_shifted',
    target: 'cnt',
    prediction: 'pred',
  },
  {
    folder: 'california_gbr',
    file: 'holdout_scored.csv',
    model: 'model',
    target: 'median_house_value',
    prediction: 'gb',
  },
  {
    folder: 'california_gbr',
    file: 'holdout_scored.csv',
    model: 'model_ridge',
    target: 'median_house_value',
    prediction: 'ridge',
  },
  {
    folder: 'california_gbr',
    file: 'holdout_shifted_scored.csv',
    model: 'model_on_shifted',
    target: 'median_house_value',
    prediction: 'gb',
  },
]

describe.skipIf(!casesPresent)('regression metrics', () => {
  it.each(cases)('are those of scikit-learn for $folder $model', ({ folder, file, model, target, prediction }) => {
    const columns = readColumns(folder, file)
    const expected = readExpected(folder).metrics[model]
    const written = numbers(columns[prediction]!)
    const { metrics, detail } = evaluateRegression({
      y: numbers(columns[target]!),
      // The reference scored in float32 and wrote its shortest decimals.
      prediction: folder === 'bike_xgb' ? written.map(Math.fround) : written,
      seed: 1,
    })
    expectSound(metrics)
    for (const [key, theirs] of Object.entries(keys)) expectNear(metrics[key]?.value, expected[theirs], key)
    for (const [probability, value] of Object.entries<number>(expected.residual_quantiles)) {
      const at = detail.residualQuantiles.probability.indexOf(Number(probability))
      expectNear(detail.residualQuantiles.value[at], value, `residual quantile ${probability}`)
    }
  })

  it('bins hold every row once', () => {
    const columns = readColumns('bike_xgb')
    const y = numbers(columns['cnt']!)
    const { detail } = evaluateRegression({ y, prediction: numbers(columns['pred']!), seed: 1 })
    expect(detail.byPrediction.reduce((sum, bin) => sum + bin.n, 0)).toBe(y.length)
    expect(detail.residuals.series[0]!.counts.reduce((sum, count) => sum + count, 0)).toBe(y.length)
  })
})
