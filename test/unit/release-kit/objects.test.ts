/** What a release kit gives a cluster: valid, without rights, and set up as the server understands it. */
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../electron/serving/config.ts'
import { grpcHost, kitPlace } from '../../../shared/release-kit/names.ts'
import { releaseKit } from '../../../shared/release-kit/release-kit.ts'
import { readDocuments } from '../../support/kit.ts'
import { podsOf, validate } from '../../support/kit-schemas.ts'
import { unknownKeys } from '../../support/kit-types.ts'
import { facts, files, objects, one, textOf } from './churn-kit.ts'

describe('objects', () => {
  it('validate against the schemas of their projects', () => {
    expect(objects.length).toBeGreaterThan(20)
    for (const object of objects) validate(object)
    // The validators can fail.
    expect(() => validate({ ...one('HorizontalPodAutoscaler'), spec: { maxReplicas: 'ten' } } as never)).toThrow()
    expect(() =>
      validate({ ...one('Rollout'), spec: { strategy: { canary: { steps: [{ setWeight: 'x' }] } } } } as never),
    ).toThrow()
  })

  it('have no key that their types do not know', () => {
    expect(unknownKeys(objects)).toEqual([])
    const { spec, ...rest } = one('Deployment')
    const wrong = { ...rest, spec: { ...spec, template: { spec: { ...spec.template.spec, serviceAcountName: 'x' } } } }
    expect(unknownKeys([wrong]).join()).toContain('serviceAcountName')
  })

  it('are the same bytes from the same facts', () => {
    expect(releaseKit(facts)).toEqual(files)
  })

  it('run without rights: not root, no privilege, nothing to write to, no token', () => {
    const pods = objects.flatMap(podsOf)
    expect(pods.length).toBe(5)
    for (const { spec } of pods) {
      expect(spec.automountServiceAccountToken).toBe(false)
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      for (const { securityContext, resources } of spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          privileged: false,
          capabilities: { drop: ['ALL'] },
        })
        expect(Object.keys(resources.limits)).toEqual(['cpu', 'memory', 'ephemeral-storage'])
      }
    }
    for (const object of objects)
      if (object.kind === 'ServiceAccount') expect(object.automountServiceAccountToken).toBe(false)
  })

  it('ask for the memory that was measured and a quarter more', () => {
    const [container] = one('Deployment').spec.template.spec.containers
    expect(container!.resources.requests['memory']).toBe('256Mi')
    expect(container!.resources.limits['memory']).toBe('512Mi')
    expect(one('BackendTrafficPolicy').spec.rateLimit.local.rules).toEqual([
      { limit: { requests: 5000, unit: 'Second' } },
    ])
  })
})

describe('the settings', () => {
  const settings = (): Record<string, string> => {
    const [kustomization] = readDocuments(textOf('base/kustomization.yaml')) as {
      configMapGenerator: { literals: string[] }[]
    }[]
    return Object.fromEntries(
      kustomization!.configMapGenerator[0]!.literals.map((literal) => literal.split(/=(.*)/s).slice(0, 2)),
    )
  }

  it('are settings of the server, and give it the time to drain that the pod has', () => {
    const given = settings()
    const config = readConfig({
      ...given,
      ASSAY_API_KEYS_FILE: '',
      ASSAY_API_KEYS: `a:${'0'.repeat(64)}`,
      ASSAY_HOST: '0.0.0.0',
    })
    for (const name of Object.keys(given)) expect(Object.keys(config)).toContain(name.replace('ASSAY_', ''))
    expect(config.TRUSTED_APPROVERS).toEqual(['1'.repeat(64)])
    expect(config.TRUSTED_RELEASERS).toEqual(['2'.repeat(64)])
    const pod = one('Deployment').spec.template.spec
    const drain = (config.DRAIN_DELAY_MS + config.DRAIN_TIMEOUT_MS) / 1000
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(drain)
    // Not ready must be seen while it still answers.
    const { periodSeconds, failureThreshold } = pod.containers[0]!.readinessProbe
    expect(config.DRAIN_DELAY_MS / 1000).toBeGreaterThan(periodSeconds * failureThreshold)
  })
})

describe('routes', () => {
  it('of HTTP and gRPC have names of their own: of two with one name a gateway rejects one', () => {
    expect([one('HTTPRoute').spec.hostnames, one('GRPCRoute').spec.hostnames]).toEqual([
      ['churn.example.com'],
      ['grpc-churn.example.com'],
    ])
    const long = `${'a'.repeat(63)}.example.com`
    expect(grpcHost(long)).toBe(`grpc.${long}`)
    expect(kitPlace({ host: grpcHost(long) }, 'churn').host).toBe(`grpc.${long}`)
  })
})
