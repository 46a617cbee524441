/** What each test is, for people who read its number. */
import type { DriftTestName } from '../contract/drift-column.ts'

export interface DriftDefinition {
  readonly title: string
  readonly definition: string
  readonly source: string
}

const bins =
  'Bins are the deciles of the reference, outer bins open; categories are their own bins; missing values are left out.'
const floor = 'Fractions are floored at 0.0001.'

export const driftDefinitions: Readonly<Record<DriftTestName, DriftDefinition>> = {
  ks: {
    title: 'Kolmogorov–Smirnov',
    definition:
      'Largest difference between the two empirical distribution functions. p is exact up to 10,000 rows a sample, asymptotic past that; with ties it is conservative.',
    source: 'Hodges 1957; Viehmann 2021; Simard and L’Ecuyer 2011. As scipy.stats.ks_2samp.',
  },
  chi2: {
    title: 'Chi-square',
    definition:
      'Pearson’s statistic of the table of samples by categories, without continuity correction. Where expected counts are small, p has the statistic’s exact mean and variance. Numbers: over distinct values up to 20 of them, else over the decile bins.',
    source: 'Pearson 1900; Dawson 1954. As scipy.stats.chi2_contingency, correction=False.',
  },
  z: {
    title: 'Z of two proportions',
    definition: 'Difference of the shares of the later of two categories over its pooled standard error.',
    source: 'Newcombe 1998 for the interval.',
  },
  wasserstein: {
    title: 'Wasserstein, in standard deviations',
    definition:
      'Area between the two distribution functions, divided by the standard deviation of the reference (divisor n).',
    source: 'Kantorovich 1942. As scipy.stats.wasserstein_distance over numpy.std.',
  },
  js: {
    title: 'Jensen–Shannon distance',
    definition: `Square root of the Jensen–Shannon divergence in bits, from 0 to 1. ${bins}`,
    source: 'Lin 1991; Endres and Schindelin 2003. As scipy.spatial.distance.jensenshannon, base=2.',
  },
  psi: {
    title: 'Population stability index',
    definition: `Σ (q − p) ln(q / p), p of the reference. ${bins} ${floor}`,
    source: 'Siddiqi 2006.',
  },
  kl: {
    title: 'Kullback–Leibler divergence',
    definition: `Σ p ln(p / q) in nats, p of the reference. ${bins} ${floor}`,
    source: 'Kullback and Leibler 1951.',
  },
  hellinger: {
    title: 'Hellinger distance',
    definition: `√(1 − Σ √(pq)), from 0 to 1. ${bins}`,
    source: 'Hellinger 1909.',
  },
  tvd: {
    title: 'Total variation distance',
    definition: `Half of Σ |p − q|, from 0 to 1: the share of rows that would have to change bins. ${bins}`,
    source: 'Levin, Peres and Wilmer 2009.',
  },
  anderson_darling: {
    title: 'Anderson–Darling',
    definition:
      'Weighted area between the distribution functions, heavier in the tails; standardised, with midranks for ties.',
    source: 'Scholz and Stephens 1987. Statistic as scipy.stats.anderson_ksamp; p from the limiting distribution.',
  },
  cramer_von_mises: {
    title: 'Cramér–von Mises',
    definition: 'Mean square difference of the distribution functions over all rows, with midranks for ties.',
    source: 'Anderson 1962. As scipy.stats.cramervonmises_2samp, method="asymptotic".',
  },
  energy: {
    title: 'Energy distance',
    definition: '√(2 ∫ (F − G)² dx). The effect is the energy coefficient, from 0 to 1.',
    source: 'Székely and Rizzo 2013. As scipy.stats.energy_distance.',
  },
  mmd: {
    title: 'Maximum mean discrepancy',
    definition:
      'Distance of the means of both samples in the space of the Laplace kernel exp(−|x − y| / b), b the median distance of two rows of both; 0 only where the distributions are the same.',
    source: 'Gretton, Borgwardt, Rasch, Schölkopf and Smola 2012.',
  },
  g: {
    title: 'G test',
    definition: 'Likelihood ratio of the table of samples by categories; no p where expected counts are small.',
    source: 'Woolf 1957. As scipy.stats.chi2_contingency, lambda_="log-likelihood".',
  },
  fisher: {
    title: 'Fisher’s exact test',
    definition: 'Two categories: the probability of all tables with these margins that are no likelier.',
    source: 'Fisher 1935. As scipy.stats.fisher_exact.',
  },
  mann_whitney: {
    title: 'Mann–Whitney U',
    definition:
      'Pairs in which the reference row is above the current one, ties half. The effect is the chance that a current row is above a reference row.',
    source: 'Mann and Whitney 1947. As scipy.stats.mannwhitneyu, method="asymptotic".',
  },
  t: {
    title: 'Welch’s t',
    definition: 'Difference of means over its standard error, variances not taken to be equal.',
    source: 'Welch 1947. As scipy.stats.ttest_ind, equal_var=False.',
  },
}

/** The tests of all features together. */
export const togetherDefinitions = {
  domainClassifier: {
    title: 'Telling the samples apart, ROC AUC',
    definition:
      'Boosted trees of depth two learn to tell current rows from reference rows, and are judged on rows that they did not learn from: 0.5 is chance, 1 always right.',
    source: 'Lopez-Paz and Oquab 2017; interval by DeLong, DeLong and Clarke-Pearson 1988.',
  },
  pca: {
    title: 'PCA reconstruction error',
    definition:
      'How far rows lie from the principal components of the reference: a higher error now says that columns no longer go together as they did.',
    source: 'NannyML’s multivariate drift; components fitted on other reference rows than are measured.',
  },
  meanDiscrepancy: {
    title: 'Maximum mean discrepancy',
    definition:
      'Squared distance between the means of both samples in the space of a Gaussian kernel over all features: 0 only where they are distributed alike.',
    source: 'Gretton et al. 2012, with the random features of Rahimi and Recht 2007.',
  },
} as const satisfies Readonly<Record<string, DriftDefinition>>
