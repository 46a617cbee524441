/** Decodes a PNG and lays it out as an image input wants it. */
import { decode } from 'fast-png'
import { AssayError } from '../contract/errors.ts'
import type { InputBinding } from '../contract/model.ts'

type ImageBinding = Extract<InputBinding, { kind: 'image' }>

/** Rec. 601 luma, the weights of Pillow's convert('L') and of most training code. */
const luma = [0.299, 0.587, 0.114] as const

/**
 * Writes one image into `target` at `at`: width × height × channels values, pixel × scale + offset.
 * Grey becomes three equal channels, colour becomes luma, alpha is left out, 16 bits become 8.
 * @throws AssayError binding/image-size, dataset/image-unreadable
 */
export function writeImage(
  png: Uint8Array,
  binding: ImageBinding,
  row: number,
  target: Float32Array,
  at: number,
): void {
  let image: ReturnType<typeof decode>
  try {
    image = decode(png)
  } catch (error) {
    throw new AssayError({
      code: 'dataset/image-unreadable',
      message: `The image of row ${row + 1} cannot be decoded: ${(error as Error).message}`,
      remedy: 'Replace that image and import the dataset again.',
      where: { row: row + 1, column: binding.column },
    })
  }
  const { width, height, channels, layout } = binding
  if (image.width !== width || image.height !== height) {
    throw new AssayError({
      code: 'binding/image-size',
      message: `The image of row ${row + 1} is ${image.width} × ${image.height}; the model wants ${width} × ${height}.`,
      remedy: 'Resize the images as they were for training, and import the dataset again.',
      where: { row: row + 1, column: binding.column, width: image.width, height: image.height },
    })
  }
  const shift = image.depth === 16 ? 1 / 257 : 1
  const palette = image.palette
  const pixels = width * height
  const step = image.channels
  const sample = (pixel: number, channel: number): number => {
    if (palette) return palette[image.data[pixel]!]![channel]!
    return image.data[pixel * step + (step < 3 ? 0 : channel)]! * shift
  }
  const colour = palette !== undefined || step >= 3
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const value =
        channels === 1 && colour
          ? luma[0] * sample(pixel, 0) + luma[1] * sample(pixel, 1) + luma[2] * sample(pixel, 2)
          : sample(pixel, channel)
      const place = layout === 'NCHW' ? channel * pixels + pixel : pixel * channels + channel
      target[at + place] =
        value * binding.scale[channel % binding.scale.length]! + binding.offset[channel % binding.offset.length]!
    }
  }
}
