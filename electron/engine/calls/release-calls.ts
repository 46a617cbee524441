/** Answers the calls of releases. */
import { listReleases } from '../release/release-store.ts'
import { releaseRun } from '../release/release-run.ts'
import { readRun } from '../records.ts'
import { coded } from './coded.ts'

export const releaseRouter = {
  releases: {
    list: coded.releases.list.handler(({ context }) => listReleases(context.engine)),
    write: coded.releases.write.handler(({ context: { engine, grants }, input }) => {
      const { runId, approval, image, prove, reasons, signer, kit } = input
      const run = readRun(engine.workspace.ledger, runId)
      const request = {
        runId,
        folder: grants.resolve(input.folder, 'write'),
        approvalFile: approval ? grants.resolve(approval, 'read') : null,
        image: image
          ? {
              path: grants.resolve(image.file, 'write'),
              contextPath: image.context ? grants.resolve(image.context, 'write') : undefined,
              architecture: image.architecture,
            }
          : null,
        prove,
        reasons,
        signer,
        kit: kit ?? null,
      }
      return {
        jobId: engine.jobs.start('release', `${run.model} ${run.version}`, async (job) =>
          JSON.stringify(await releaseRun(engine, request, job)),
        ),
      }
    }),
  },
}
