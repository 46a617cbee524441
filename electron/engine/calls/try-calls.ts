/** Trying a release: answers for the Try it page. */
import { coded } from './coded.ts'
import {
  datasetRows,
  listRunning,
  listServable,
  sendRows,
  serverFigures,
  startTrying,
  stopTrying,
} from '../try/servers.ts'

export const tryRouter = {
  servable: coded.trying.servable.handler(({ context }) => listServable(context.engine)),
  start: coded.trying.start.handler(({ context: { engine, grants }, input }) =>
    startTrying(engine, 'manifest' in input ? { manifest: grants.resolve(input.manifest, 'read') } : input),
  ),
  running: coded.trying.running.handler(({ context }) => listRunning(context.engine)),
  send: coded.trying.send.handler(({ context, input }) => sendRows(context.engine, input.id, input.rows)),
  rows: coded.trying.rows.handler(({ context, input: { id, ...request } }) => datasetRows(context.engine, id, request)),
  figures: coded.trying.figures.handler(({ context, input }) => serverFigures(context.engine, input.id)),
  stop: coded.trying.stop.handler(({ context, input }) => ({ stopped: stopTrying(context.engine, input.id) })),
}
