/** Names that Kubernetes takes, made from names that people gave. */
import { AssayError } from '../contract/errors.ts'
import type { KitPlace } from './facts.ts'

/** A CronJob's name may have 52 characters; the longest ending of the kit has 12. */
const longest = 40

/** FNV-1a, 32 bits: tells apart what is cut to the same beginning. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/**
 * An RFC 1035 label (a Service must begin with a letter) with room for endings.
 * @param served a name for paths, see servedName
 */
export function resourceName(served: string): string {
  const name = /^[a-z]/.test(served) ? served : `m-${served}`
  return name.length <= longest ? name : `${name.slice(0, longest - 9).replace(/-+$/, '')}-${shortHash(name)}`
}

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const registry = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/

function usage(what: string, given: string, remedy: string): AssayError {
  return new AssayError({ code: `usage/${what}`, message: `"${given.slice(0, 200)}" is no ${what}.`, remedy })
}

export interface GivenPlace {
  readonly namespace?: string | undefined
  readonly registry?: string | undefined
  readonly host?: string | undefined
}

/**
 * The name under which the gateway serves gRPC. The Gateway API lets an HTTPRoute and a GRPCRoute of one name on one listener
 * not live side by side: one of them is rejected. Beside the other name, so that a wildcard certificate has both.
 */
export const grpcHost = (host: string): string => (host.split('.')[0]!.length <= 58 ? `grpc-${host}` : `grpc.${host}`)

/** @returns where the kit is for, and the registry in front of the image's name. @throws AssayError usage/namespace, usage/registry, usage/host */
export function kitPlace(given: GivenPlace, name: string): KitPlace & { readonly registry: string | null } {
  const namespace = given.namespace ?? 'models'
  // Staging has the same namespace with an ending.
  if (!label.test(namespace) || namespace.length > 55)
    throw usage('namespace', namespace, 'Say small letters, digits and hyphens, at most 55.')
  if (given.registry !== undefined && (!registry.test(given.registry) || given.registry.length > 200))
    throw usage('registry', given.registry, 'Say it as in an image’s name: registry.example.com/team.')
  const host = given.host ?? `${name}.example.com`
  // Room for grpcHost.
  if (host.length > 248 || !host.split('.').every((part) => label.test(part)))
    throw usage('host', host, 'Say a DNS name: churn.example.com.')
  return { namespace, host, registry: given.registry ?? null }
}
