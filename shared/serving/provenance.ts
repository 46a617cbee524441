/** Where a release comes from: SLSA provenance 1.0 as an in-toto statement. It claims no level of SLSA's build track. */
import type { ReleaseManifest } from './release-manifest.ts'
import { inTotoStatementType } from './signed-files.ts'

export interface Artifact {
  readonly name: string
  readonly sha256: string
}

export interface ProvenanceRequest {
  readonly manifest: ReleaseManifest
  /** What was made: the manifest, and the image where there is one. */
  readonly subjects: readonly Artifact[]
  /** Beside what the manifest names: the server's bundle, system packages. */
  readonly dependencies: readonly Artifact[]
  readonly byproducts: readonly Artifact[]
  readonly datasetSha256: string
  readonly policySha256: string
  readonly software: Readonly<Record<string, string>>
  readonly architecture: string | null
  readonly startedOn: string
  readonly finishedOn: string
}

const described = ({ name, sha256 }: Artifact) => ({ name, digest: { sha256 } })

export function provenanceOf(request: ProvenanceRequest): object {
  const { manifest } = request
  return {
    _type: inTotoStatementType,
    subject: request.subjects.map(described),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:assay:build:release:1',
        externalParameters: {
          run: manifest.evidence.runId,
          model: `${manifest.model.name} ${manifest.model.version}`,
          architecture: request.architecture,
        },
        internalParameters: { software: request.software },
        resolvedDependencies: [
          { name: 'model', sha256: manifest.model.sha256 },
          { name: 'evaluation dataset', sha256: request.datasetSha256 },
          { name: 'evidence', sha256: manifest.evidence.sha256 },
          { name: 'policy', sha256: request.policySha256 },
          { name: 'approval', sha256: manifest.approval.sha256 },
          ...request.dependencies,
        ].map(described),
      },
      runDetails: {
        builder: { id: 'urn:assay:builder:workbench', version: { assay: manifest.assay } },
        metadata: {
          invocationId: `urn:assay:run:${manifest.evidence.runId}`,
          startedOn: request.startedOn,
          finishedOn: request.finishedOn,
        },
        byproducts: request.byproducts.map(described),
      },
    },
  }
}
