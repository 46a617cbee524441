/** The model that devices are asked to run: y = sigmoid(x·w), x [N, 4], w [4, 3] from -1/2 in steps of 1/12. */
import { writeFile } from 'node:fs/promises'

const base64 = [
  'CAgSBWFzc2F5OpQBChEKAXgKAXcSAWgiBk1hdE11bAoPCgFoEgF5IgdTaWdtb2lkEgVwcm9iZSo7CAQIAxABQgF3SjAAAAC/VVXV',
  'vquqqr4AAIC+q6oqvquqqr0AAAAAq6qqPauqKj4AAIA+q6qqPlVV1T5aFAoBeBIPCg0IARIJCgMSAU4KAggEYhQKAXkSDwoNCAES',
  'CQoDEgFOCgIIA0IECgAQDw==',
].join('')

export async function writeProbeModel(path: string): Promise<void> {
  await writeFile(path, Buffer.from(base64, 'base64'))
}
