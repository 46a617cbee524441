/** The pipelines are what Kubernetes takes: checked against its own schemas, unknown keys included. */
import { CronJob } from 'kubernetes-models/batch/v1'
import { ConfigMap, PersistentVolumeClaim } from 'kubernetes-models/v1'
import { expect, it } from 'vitest'
import { argoWorkflow, configMap, cronJob, volumeClaim } from '../../../shared/monitor/retrain-pipeline.ts'

const request = {
  name: 'a-very-long-name-of-a-model-that-somebody-thought-was-a-good-idea',
  taskId: 'rt_0123456789abcdef',
  image: 'registry.example/train:1',
  schedule: '0 3 * * 0',
  namespace: 'ml',
  request: '{"schema":"assay.retrain/1"}',
}

it('is valid, and every name fits', () => {
  new ConfigMap(configMap(request) as never).validate()
  new PersistentVolumeClaim(volumeClaim(request) as never).validate()
  new CronJob(cronJob(request) as never).validate()
  const name = (configMap(request)['metadata'] as { name: string }).name
  expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
})

it('runs the user’s image with the request and the data, without rights', () => {
  const workflow = argoWorkflow(request) as {
    spec: { entrypoint: string; templates: { name: string; container: Record<string, unknown> }[] }
  }
  const [template] = workflow.spec.templates
  expect(template!.name).toBe(workflow.spec.entrypoint)
  expect(template!.container).toMatchObject({
    image: 'registry.example/train:1',
    args: ['--request', '/request/request.json', '--data', '/data/data.parquet', '--out', '/data/model.onnx'],
    securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
  })
  const job = cronJob(request) as { spec: { jobTemplate: { spec: { template: { spec: { containers: unknown[] } } } } } }
  expect(job.spec.jobTemplate.spec.template.spec.containers).toEqual([template!.container])
})
