/**
 * The image as a build context, for those who must build their own images: Dockerfiles and the very layers of the image.
 * Nothing runs while it is built (there is no shell in it), so what comes out holds the same files; `ADD` unpacks an
 * archive with its modes and owners, which `COPY` of loose files does not keep on every system.
 */
import { user, writeTar } from './oci.ts'
import type { ImageConfig, PlacedLayer } from './oci.ts'
import type { Entry } from './tar.ts'

/** As Dockerfiles quote: no variable is expanded, and nothing ends the line. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('$', '\\$')

const pair = (text: string): string => {
  const at = text.indexOf('=')
  return `${text.slice(0, at)}=${quoted(text.slice(at + 1))}`
}

/** Each layer's file in the context. The first is the base. */
function layerName(title: string, mediaType: string, place: number): string {
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return `layers/${place + 1}-${slug}.tar${mediaType.endsWith('+gzip') ? '.gz' : ''}`
}

/**
 * @param layers names in the context; all of them, or without the base where `from` brings its own
 * @param from what follows FROM, with the lines that must come before it
 */
function dockerfileOf(config: ImageConfig, layers: readonly string[], from: string): string {
  const labels = Object.entries(config.labels).map(([key, value]) => `${key}=${quoted(value)}`)
  return `${from}
${layers.map((layer) => `ADD ${layer} /\n`).join('')}ENV ${config.environment.map(pair).join(' \\\n    ')}
LABEL ${labels.join(' \\\n      ')}
EXPOSE ${config.ports.join(' ')}
WORKDIR /
USER ${user}
STOPSIGNAL SIGTERM
ENTRYPOINT ${JSON.stringify(config.entrypoint)}
CMD ${JSON.stringify(config.command)}
`
}

const ownBase = (name: string): string => `# docker build -t ${name} - < this-archive.tar
# The layers are those of the image, byte for byte: sha256sum -c SHA256SUMS.
FROM scratch`

const otherBase = (
  name: string,
): string => `# On a base of yours, with glibc 2.28 or later and libstdc++, pinned by its digest:
# docker build -t ${name} -f Dockerfile.base --build-arg BASE=registry.example/base@sha256:... - < this-archive.tar
ARG BASE
FROM \${BASE}`

/** One archive, for `docker build - < FILE`; the same bytes for the same image. */
export async function writeDockerContext(
  path: string,
  config: ImageConfig,
  layers: readonly PlacedLayer[],
  signal: AbortSignal,
): Promise<void> {
  const named = layers.map(({ layer, file }, place) => ({
    name: layerName(layer.title, layer.mediaType, place),
    layer,
    file,
  }))
  const sums = named.map(({ name, layer }) => `${layer.sha256}  ${name}\n`).join('')
  const names = named.map(({ name }) => name)
  const tag = `${config.repository}:${config.tag}`
  const text = (at: string, content: string): Entry => ({ path: at, type: 'file', content: Buffer.from(content) })
  const entries: Entry[] = [
    text('Dockerfile', dockerfileOf(config, names, ownBase(tag))),
    text('Dockerfile.base', dockerfileOf(config, names.slice(1), otherBase(tag))),
    text('SHA256SUMS', sums),
    { path: 'layers', type: 'folder' },
    ...named.map(({ name, layer, file }): Entry => ({
      path: name,
      type: 'file',
      content: { file, bytes: layer.bytes },
    })),
  ]
  await writeTar(path, entries, signal)
}
