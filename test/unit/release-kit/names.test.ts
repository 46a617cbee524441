/** Whatever a model and its columns are called, a release kit stays what it is. */
import { describe, expect, it } from 'vitest'
import { kitPlace, resourceName } from '../../../shared/release-kit/names.ts'
import { releaseKit } from '../../../shared/release-kit/release-kit.ts'
import {
  build,
  hostileNames,
  kitFacts,
  objectsOf,
  queriesOf,
  readQuery,
  whyNoKubectl,
  withKit,
} from '../../support/kit.ts'
import { validate } from '../../support/kit-schemas.ts'
import { objects, one, policy } from './churn-kit.ts'

describe('names', () => {
  it.each(hostileNames)('%j changes nothing but the texts that it stands in', (name) => {
    const made = releaseKit(kitFacts(name, { policy: policy(name) }))
    const found = objectsOf(made)
    for (const object of found) validate(object)
    expect(found.map(({ kind }) => kind)).toEqual(objects.map(({ kind }) => kind))
    for (const { kind, metadata } of found) {
      expect(metadata.name).toMatch(/^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$/)
      for (const value of Object.values(metadata.labels ?? {}))
        expect(value).toMatch(/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/)
      if (kind === 'Deployment') expect(metadata.annotations!['assay.dev/model']).toBe(name)
    }
    for (const { query } of queriesOf(made)) readQuery(query)
    // Nothing but Assay's own arguments is filled in by Argo.
    const { metrics } = one('AnalysisTemplate', found).spec
    for (const { provider } of metrics)
      for (const [argument] of provider.prometheus.query.matchAll(/\{\{[^}]*\}\}/g))
        expect(['{{args.namespace}}', '{{args.canary-hash}}']).toContain(argument)
    const readme = made.find(({ path }) => path === 'README.md')!.text
    expect(readme.split('\n').filter((line) => line.startsWith('# ')).length).toBe(1)
  })

  it.skipIf(whyNoKubectl !== null)(
    'come out of kustomize as they went in',
    () => {
      for (const name of hostileNames.slice(1)) {
        withKit(releaseKit(kitFacts(name, { policy: policy(name) })), (folder) => {
          const built = build(folder, 'overlays/canary')
          expect(built.length).toBe(17)
          expect(one('Deployment', built).metadata.annotations!['assay.dev/model']).toBe(name)
          for (const object of built) validate(object)
        })
      }
    },
    60_000,
  )

  it('are labels with room for endings, and differ where they were cut', () => {
    expect(resourceName('churn')).toBe('churn')
    expect(resourceName('2024-model')).toBe('m-2024-model')
    const [a, b] = [resourceName('x'.repeat(63)), resourceName(`${'x'.repeat(62)}y`)]
    expect(a).not.toBe(b)
    expect(a.length).toBe(40)
  })

  it('of places are refused where Kubernetes would refuse them', () => {
    const place = (given: object) => () => kitPlace(given, 'churn')
    expect(kitPlace({}, 'churn')).toEqual({ namespace: 'models', host: 'churn.example.com', registry: null })
    expect(kitPlace({ registry: 'localhost:5000/a/b' }, 'churn').registry).toBe('localhost:5000/a/b')
    for (const namespace of ['Models', 'a_b', '-a', 'a: b', ''])
      expect(place({ namespace })).toThrow(expect.objectContaining({ code: 'usage/namespace' }))
    for (const registry of ['http://x', 'a b', 'X/y', 'x/', 'x:tag/y', 'x@sha256:0'])
      expect(place({ registry })).toThrow(expect.objectContaining({ code: 'usage/registry' }))
    for (const host of ['a..b', 'A.b', '*.b', 'a/b'])
      expect(place({ host })).toThrow(expect.objectContaining({ code: 'usage/host' }))
  })
})
