/** What a release says of itself is valid by the published schemas, and its signatures hold for others' tools. */
import { spawnSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { bundleFromJSON } from '@sigstore/bundle'
import { Verifier, toSignedEntity } from '@sigstore/verify'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateKey } from '../../electron/engine/approval/keys.ts'
import { preAuthentication } from '../../electron/engine/approval/envelope.ts'
import type { BuiltImage } from '../../electron/engine/release/image/build-image.ts'
import { writeLayer } from '../../electron/engine/release/image/layer.ts'
import { writeImage } from '../../electron/engine/release/image/oci.ts'
import type { Releaser } from '../../electron/engine/release/sign-files.ts'
import { sealFolder } from '../../electron/engine/release/sign-files.ts'
import { writeRecords } from '../../electron/engine/release/supply-chain/write-records.ts'
import { proveReleaseFolder } from '../../electron/engine/release/verify-folder.ts'
import { verifyFolder } from '../../electron/engine/release/write-release.ts'
import { openTestEngine, root, samples } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'
import { releaser as ecdsaReleaser, releaseOf } from '../support/release.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const { bundledPackages } = (await import(join(root, '.ci/serving-components.mjs'))) as {
  bundledPackages(inputs: object, root: string): { name: string; version: string; license: string | null }[]
}
const signal = new AbortController().signal
const read = (name: string, folder = made.ecdsa.folder) => readFileSync(join(folder, name))
const hasTool = (name: string, flag = '--version') => spawnSync(name, [flag]).status === 0

interface Made {
  readonly folder: string
  readonly image: BuiltImage
  readonly imagePath: string
}
const ritasKey = generateKey('ed25519')
const rita: Releaser = {
  signer: { id: 'per_00000000000000cc' as Releaser['signer']['id'], name: 'Rita', fingerprint: ritasKey.fingerprint },
  publicKey: ritasKey.publicKey,
  key: ritasKey,
}
let test: TestEngine
const made = {} as { ecdsa: Made; ed25519: Made }

/** A small image of the real writer: one layer is enough to be signed. */
async function smallImage(path: string): Promise<BuiltImage> {
  const file = join(temporaryFolder(), 'layer.tar')
  const entries = [{ path: 'hello', type: 'file', content: Buffer.from('hello') }] as const
  const layer = await writeLayer(file, 'Hello', entries, { mtime: 0, owner: 0, compress: false }, signal)
  const config = {
    architecture: 'amd64',
    created: '2026-01-02T03:04:05.000Z',
    labels: {},
    environment: [],
    entrypoint: ['/hello'],
    command: [],
    ports: [],
    repository: 'assay/churn',
    tag: '1',
  } as const
  const image = await writeImage(path, config, [{ layer, file }], signal)
  const deb = { name: 'libc6', version: '2.36-9+deb12u9', architecture: 'amd64', sha256: 'd'.repeat(64) }
  const versions = { node: '24.21.0', onnxruntime: '1.30.0' }
  const layers = [{ title: layer.title, sha256: layer.sha256, bytes: layer.bytes }]
  return { ...image, name: 'assay/churn:1', tag: '1', architecture: 'amd64', layers, packages: [deb], versions }
}

beforeAll(async () => {
  test = await openTestEngine()
  const dataset = await test.importDataset(join(samples, 'churn/holdout.csv'), {
    target: 'churned',
    task: 'binary',
    positive: 'Yes',
    id: 'customer_id',
    protected: ['gender'],
  })
  const run = await test.score(await test.importModel(join(samples, 'churn/gradient-boosting.onnx')), dataset)
  const servingFolder = temporaryFolder()
  const outfile = join(servingFolder, 'serving.mjs')
  const { metafile } = await build({
    entryPoints: [join(root, 'electron/serving/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['onnxruntime-node'],
    metafile: true,
    absWorkingDir: root,
    outfile,
    logLevel: 'error',
  })
  const [output] = Object.values(metafile.outputs)
  const components = bundledPackages(output!.inputs, root)
  writeFileSync(join(servingFolder, 'serving-components.json'), JSON.stringify(components))
  for (const algorithm of ['ecdsa', 'ed25519'] as const) {
    const { folder, release } = await releaseOf(test, run)
    const releaser = algorithm === 'ecdsa' ? ecdsaReleaser : rita
    const imagePath = join(temporaryFolder(), 'image.tar')
    const image = await smallImage(imagePath)
    const software = { assay: '0.1.0', node: '24.21.0', onnxruntime: '1.30.0' }
    const startedOn = new Date().toISOString()
    await writeRecords({ folder, release, releaser, image, servingFolder, software, startedOn }, signal)
    await sealFolder(folder, releaser)
    made[algorithm] = { folder, image, imagePath }
  }
}, 120_000)
afterAll(() => test.close())

describe('the bill of materials', () => {
  type Component = Record<string, unknown> & { name: string; type: string; licenses?: object[] }
  const components = (): Component[] => JSON.parse(read('sbom.cdx.json').toString()).components

  it('is valid by the published schema of CycloneDX 1.6, unknown keys included', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
    const text = read('sbom.cdx.json').toString()
    expect(await validator.validate(text)).toBeNull()
    expect(await validator.validate(text.replace('"modelCard"', '"modelcard"'))).not.toBeNull()
    expect(await validator.validate(text.replace('"machine-learning-model"', '"model"'))).not.toBeNull()
  })

  it('has the model with its figures, its data, and each piece of software with its licence', () => {
    const evidence = JSON.parse(read('evidence.json').toString())
    const model = components().find(({ type }) => type === 'machine-learning-model')!
    expect(model).toMatchObject({ hashes: [{ alg: 'SHA-256', content: evidence.model.servedSha256 }] })
    const { value, low, high } = evidence.metrics.roc_auc
    const card = model['modelCard'] as { quantitativeAnalysis: { performanceMetrics: object[] } }
    expect(card.quantitativeAnalysis.performanceMetrics).toContainEqual({
      type: 'roc_auc',
      value: String(value),
      confidenceInterval: { lowerBound: String(low), upperBound: String(high) },
    })
    const data = components().find(({ type }) => type === 'data')!
    expect(data['hashes']).toEqual([{ alg: 'SHA-256', content: evidence.dataset.sourceSha256 }])
    expect(data['data']).toMatchObject([{ sensitiveData: ['gender'] }])
    const names = components().map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['node', 'onnxruntime-node', 'libc6', 'fastify', 'zod', 'onnxruntime-common']),
    )
    expect(names).not.toContain('react')
    const unlicensed = components().filter(
      ({ type, licenses }) => ['library', 'application'].includes(type) && !licenses,
    )
    expect(unlicensed.map(({ name }) => name)).toEqual([])
  })

  it('says that it is incomplete where no image was built', async () => {
    const folder = temporaryFolder()
    await writeRecords(
      {
        folder,
        release: await verifyFolder(made.ecdsa.folder, null),
        releaser: rita,
        image: null,
        servingFolder: folder,
        software: { node: '24', onnxruntime: '1.30.0' },
        startedOn: new Date().toISOString(),
      },
      signal,
    )
    const text = read('sbom.cdx.json', folder).toString()
    expect(JSON.parse(text).compositions).toEqual([{ aggregate: 'incomplete', assemblies: ['release'] }])
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull()
  })
})

describe.each(['ecdsa', 'ed25519'] as const)('signatures with %s', (algorithm) => {
  const bundles = ['provenance.sigstore.json', 'image.sigstore.json']
  const verify = (json: string, pem: string): void => {
    const publicKey = createPublicKey(pem)
    const trust = {
      certificateAuthorities: [],
      timestampAuthorities: [],
      tlogs: [],
      ctlogs: [],
      publicKey: () => ({ publicKey, validFor: () => true }),
    }
    const none = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }
    new Verifier(trust, none).verify(toSignedEntity(bundleFromJSON(JSON.parse(json))))
  }

  it('hold for Sigstore’s own verifier, and no longer when a byte is changed or the key is another', () => {
    const { folder } = made[algorithm]
    const pem = read('signer.pub', folder).toString()
    const { publicKey } =
      algorithm === 'ecdsa' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
    for (const name of bundles) {
      const text = read(name, folder).toString()
      expect(() => verify(text, pem)).not.toThrow()
      expect(() => verify(text, publicKey.export({ format: 'pem', type: 'spki' }).toString())).toThrow()
      const bundle = JSON.parse(text)
      const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64')
      for (const at of [10, payload.length >> 1, payload.length - 2]) {
        const changed = Buffer.from(payload)
        changed[at]! ^= 1
        bundle.dsseEnvelope.payload = changed.toString('base64')
        expect(() => verify(JSON.stringify(bundle), pem), `${name}, byte ${at}`).toThrow()
      }
    }
  })

  it('hold for openssl', ({ skip }) => {
    if (!hasTool('openssl', 'version')) {
      console.warn('skipped: openssl is not installed')
      return skip()
    }
    const { folder } = made[algorithm]
    const work = temporaryFolder()
    const check = (bytes: Buffer, signature: string): boolean => {
      writeFileSync(join(work, 'bytes'), bytes)
      writeFileSync(join(work, 'sig'), Buffer.from(signature, 'base64'))
      const [key, file, sig] = [join(folder, 'signer.pub'), join(work, 'bytes'), join(work, 'sig')]
      const args =
        algorithm === 'ecdsa'
          ? ['dgst', '-sha256', '-verify', key, '-signature', sig, file]
          : ['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-in', file, '-sigfile', sig]
      return spawnSync('openssl', args).status === 0
    }
    const payload = read('image.payload.json', folder)
    expect(check(payload, read('image.payload.sig', folder).toString())).toBe(true)
    expect(check(Buffer.concat([payload, Buffer.from(' ')]), read('image.payload.sig', folder).toString())).toBe(false)
    for (const name of bundles) {
      const { dsseEnvelope } = JSON.parse(read(name, folder).toString())
      const signed = preAuthentication(dsseEnvelope.payloadType, Buffer.from(dsseEnvelope.payload, 'base64'))
      expect(check(signed, dsseEnvelope.signatures[0].sig), name).toBe(true)
      signed[signed.length - 3]! ^= 1
      expect(check(signed, dsseEnvelope.signatures[0].sig), name).toBe(false)
    }
  })

  it('are of this image, this manifest and this bill of materials', () => {
    const { folder, image } = made[algorithm]
    const sha256 = image.digest.replace('sha256:', '')
    const statement = (name: string) => {
      const { payload } = JSON.parse(read(name, folder).toString()).dsseEnvelope
      return JSON.parse(Buffer.from(payload, 'base64').toString())
    }
    expect(statement('image.sigstore.json')).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'assay/churn', digest: { sha256 } }],
      predicateType: 'https://sigstore.dev/cosign/sign/v1',
      predicate: {},
    })
    const hash = (name: string) =>
      spawnSync('sha256sum', [join(folder, name)])
        .stdout.toString()
        .slice(0, 64)
    const provenance = statement('provenance.sigstore.json')
    expect(provenance).toMatchObject({
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: [
        { name: 'assay/churn', digest: { sha256 } },
        { name: 'manifest.json', digest: { sha256: hash('manifest.json') } },
      ],
    })
    // The fields that the specification requires.
    const { buildDefinition, runDetails } = provenance.predicate
    expect(Object.keys(buildDefinition).sort()).toEqual([
      'buildType',
      'externalParameters',
      'internalParameters',
      'resolvedDependencies',
    ])
    expect(buildDefinition.resolvedDependencies).toContainEqual({
      name: 'model',
      digest: { sha256: hash('model.onnx') },
    })
    expect(runDetails).toMatchObject({
      builder: { id: expect.stringMatching(/^urn:assay:/) },
      byproducts: [{ name: 'sbom.cdx.json', digest: { sha256: hash('sbom.cdx.json') } }],
    })
    expect(read('image.payload.json', folder).toString()).toContain(image.digest)
  })
})

describe('what is said of the image', () => {
  it('is found by its tags in a layout that skopeo reads', ({ skip }) => {
    if (!hasTool('skopeo')) {
      console.warn('skipped: skopeo is not installed')
      return skip()
    }
    const { folder, image } = made.ecdsa
    const tag = image.digest.replace(':', '-')
    const layout = temporaryFolder()
    mkdirSync(layout, { recursive: true })
    spawnSync('tar', ['-xf', join(folder, 'image.referrers.tar'), '-C', layout])
    const raw = (name: string, from = `oci:${layout}`) =>
      JSON.parse(spawnSync('skopeo', ['inspect', '--raw', `${from}:${name}`], { encoding: 'utf8' }).stdout)
    const blob = (digest: string) => readFileSync(join(layout, 'blobs/sha256', digest.replace('sha256:', '')))
    const [layer] = raw(`${tag}.sig`).layers
    expect(blob(layer.digest)).toEqual(read('image.payload.json'))
    expect(layer.annotations['dev.cosignproject.cosign/signature']).toBe(read('image.payload.sig').toString())
    const { manifests } = raw(tag)
    expect(manifests).toHaveLength(3)
    const index = raw('1', `oci-archive:${made.ecdsa.imagePath}`)
    expect(index.schemaVersion).toBe(2)
    for (const { digest, artifactType } of manifests) {
      expect(artifactType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json')
      const manifest = JSON.parse(blob(digest).toString())
      expect(manifest.subject).toMatchObject({ digest: image.digest, size: image.size })
      expect(() => bundleFromJSON(JSON.parse(blob(manifest.layers[0].digest).toString()))).not.toThrow()
    }
    // skopeo copies both as it would to a registry.
    for (const [name, more] of [
      [`${tag}.sig`, []],
      [tag, ['--all']],
    ] as const) {
      const to = join(temporaryFolder(), 'copy')
      const copied = spawnSync('skopeo', ['copy', ...more, `oci:${layout}:${name}`, `dir:${to}`], { encoding: 'utf8' })
      expect(copied.stderr).toBe('')
    }
  })

  it('is held against the tar: a changed byte is found', async () => {
    const { folder, imagePath, image } = made.ecdsa
    const proof = await proveReleaseFolder(folder, null, imagePath)
    expect(proof).toMatchObject({ ok: true, problems: [] })
    expect(proof.found.join()).toContain(image.digest)
    const bytes = readFileSync(imagePath)
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 30)) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      const path = join(temporaryFolder(), 'image.tar')
      writeFileSync(path, changed)
      expect((await proveReleaseFolder(folder, null, path)).problems.join()).toContain('SHA-256 differs')
    }
  })
})
