/** The kit in plain words. Markdown; names from users are written as code, on one line. */
import { grpcHost } from './names.ts'
import { drain } from './plan.ts'
import type { Plan } from './plan.ts'
import { shards } from './batch.ts'
import { neighbours } from './network.ts'
import { fewestRequests, fewestRows } from './promql.ts'
import type { ProductionLimit } from './production-limits.ts'

/** As inline code, whatever it holds. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  const space = longest > 0 ? ' ' : ''
  return `${fence}${space}${line}${space}${fence}`
}

/** In a table a bar ends the cell, even in code. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|')

const choice = {
  batch: 'batch/nightly (or batch/once)',
  'real-time': 'overlays/production',
  edge: 'no cluster: the edge bundle',
  canary: 'overlays/canary',
} as const

function limitRow(limit: ProductionLimit): string {
  const { id, measure, column, atMost, source, reason } = limit
  const what = column === null ? measure : `${measure} of ${code(column)}`
  const n = measure === 'input_psi' ? `${fewestRows} rows` : `${fewestRequests(limit)} requests`
  return `| ${[`\`${id}\``, what, String(atMost), n, source, reason].map(cell).join(' | ')} |`
}

export function readme(plan: Plan): string {
  const { facts, name, sizing, limits } = plan
  const { manifest, image, place, policy } = facts
  const { namespace } = place
  const reference = `${image.repository}${image.digest === null ? `:${image.tag}` : `@${image.digest}`}`
  const notMeasurable = limits.notMeasurable.map(
    ({ gate, path, reason }) => `| \`${gate}\` | ${cell(code(path))} | ${cell(reason)} |`,
  )
  const kind = policy?.deployment.kind
  return `# Deploying ${code(manifest.model.name)}, version ${manifest.model.version}

Made by Assay from the approved release; nothing here was written by hand, and nothing here is needed to check the release: the server does that itself at every start, and refuses anything but the approved model. Its approval ends ${manifest.approval.expiresAt}; then it serves nothing.

Image: \`${reference}\`${image.digest === null ? ' (no image was built with this release, so only its tag is known: release it with --image, or put the digest into components/image)' : ''}. It stands in \`components/image/kustomization.yaml\` and nowhere else.

## Which one
| you want | take | what happens |
| --- | --- | --- |
| scores of a whole file, overnight | \`batch/nightly\` | ${shards} pods score a part each, a fifth merges them; half an hour before, the file is held against the evaluated rows |
| scores of a whole file, now | \`batch/once\` | the same, one time |
| answers while someone waits | \`overlays/production\` | ${sizing.minReplicas} to ${sizing.maxReplicas} pods behind the gateway, watched |
| to replace a version that is in use | \`overlays/canary\` | the new version gets 5, 20, 50 % of the traffic; it goes back by itself when a limit below is broken |
| to try it out | \`overlays/staging\` | one pod in ${code(`${namespace}-staging`)}, no gateway |
| KServe | \`kserve\` | the same container as an InferenceService; its canaryTrafficPercent does nothing in RawDeployment mode, so a canary is \`overlays/canary\` |
| a device without a cluster | none of these | the edge bundle; the server is one process that needs no network |
${kind === undefined ? '' : `\nThe approved policy says **${kind}**: ${choice[kind]}.\n`}
Batch is the cheapest and the easiest to check: take it unless someone waits for the answer. Real-time costs pods that wait. A canary needs enough traffic to tell (see the limits).

## Before
1. Push the image to a registry that the cluster reaches, without changing it: \`skopeo copy oci-archive:IMAGE.tar docker://${image.repository}:${image.tag}\`.
2. Make the namespace: \`kubectl create namespace ${namespace}\`, and let it hold every pod to the strictest standard, which these meet: \`kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=restricted\`.
3. For serving, make keys of callers. \`node serving.mjs new-key NAME\` (or the container with the arguments \`new-key NAME\`) prints a key for its owner and a line for the server; put the lines into a file \`api-keys\`: \`kubectl -n ${namespace} create secret generic ${name}-api-keys --from-file=api-keys\`.
4. The settings say whose signatures count. Compare the fingerprints with the people themselves, not with this folder:
${facts.approvers.map((approver) => `   - approved: ${code(approver.name)} \`${approver.fingerprint}\``).join('\n')}
   - released: ${code(facts.releaser.name)} \`${facts.releaser.fingerprint}\`
5. For batch, put \`input.csv\` on the volume \`${name}-input\`, and give the claims in \`batch/base\` your storage class: pods on several machines must be able to share them.

## Then
\`\`\`
kubectl apply -k overlays/production
kubectl -n ${namespace} rollout status deployment/${name}
\`\`\`
Look first: \`kubectl kustomize overlays/production\`. \`components/gateway\` needs the Gateway API, a Gateway ${code(neighbours.gatewayName)} in ${code(neighbours.gateway)}, and Envoy Gateway for the rate limit (without it, remove \`traffic-policy.yaml\` from the component: the routes are standard); HTTP is served as \`${facts.place.host}\`, gRPC as \`${grpcHost(facts.place.host)}\`, for the Gateway API rejects one of two such routes of one name. \`components/monitoring\` needs the Prometheus Operator in ${code(neighbours.monitoring)}. \`overlays/canary\` needs Argo Rollouts with its Gateway API plugin. Other names of namespaces stand in \`network-policy.yaml\` and the routes.

The first canary: apply \`overlays/canary\` in place of \`overlays/production\`; the Rollout takes over the Deployment's pods. From then on every new release is applied there and starts with 5 %.

## Numbers
${sizing.basis} A pod asks for ${sizing.memoryRequestMi} MiB and ${sizing.cpuRequest} processor, and gets at most ${sizing.memoryLimitMi} MiB and ${sizing.cpuLimit}; the gateway lets ${sizing.requestsPerSecond} requests a second through (each of its replicas counts for itself). When a pod must go it says so for ${drain.delay} s, while it still answers, then has ${drain.timeout} s for what is under way.

## Limits in production
A canary that breaks one of these twice is rolled back; production that breaks one raises an alert. *approved* limits stand in the policy that was signed with the evidence${policy === null ? '; that policy is not in the workspace that wrote this kit, so all of these are proposed' : ''}. Below the traffic in the fourth column nothing is judged: the canary then waits, and after half an hour asks a person.

| limit | measure | at most | needs | from | why |
| --- | --- | --- | --- | --- | --- |
${limits.limits.map(limitRow).join('\n')}
${
  notMeasurable.length === 0
    ? ''
    : `
Gates of the policy that no server can measure:

| gate | figure | why not |
| --- | --- | --- |
${notMeasurable.join('\n')}
`
}
Labels come back later: import the prediction log and the labels into Assay (\`assay monitor\`), which holds them against the approved evidence. The log is off until \`ASSAY_PREDICTION_LOG\` is set in \`base/kustomization.yaml\`; protected columns stay out of it unless you say otherwise.

## Batch by itself
Each shard writes a part and its description, whole or not at all; a pod that is killed is started again, and a part that is there already is left. Bad data ends the Job with exit code 42 and the line; a refused release with 41; drift of the input with 43. Results: \`/output/JOB/scores.csv\` with \`scores.csv.json\` beside it. More machines: \`--shards N\` with \`completions\` and \`parallelism\` N + 1.

## Checking the alerts
\`promtool test rules components/monitoring/alerts.test.yaml\` raises each alert with made-up traffic.
`
}
