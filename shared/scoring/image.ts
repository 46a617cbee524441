/** Decodes a PNG and lays it out as an image input wants it. */
import { AssayError } from '../contract/errors.ts'
import type { InputBinding } from '../contract/model.ts'
import { pngSize, readPng } from '../image/read-png.ts'
import type { Picture } from '../image/read-png.ts'

type ImageBinding = Extract<InputBinding, { kind: 'image' }>

/** Rec. 601 luma, the weights of Pillow's convert('L') and of most training code. */
const luma = [0.299, 0.587, 0.114] as const

/** An image of another size is refused before it is unpacked. */
function readSized(png: Uint8Array, { column, width, height }: ImageBinding, row: number): Picture {
  const where = { row: row + 1, column }
  let size: ReturnType<typeof pngSize>
  try {
    size = pngSize(png)
    if (size.width === width && size.height === height) return readPng(png)
  } catch (error) {
    throw new AssayError({
      code: 'dataset/image-unreadable',
      message: `The image of row ${row + 1} cannot be decoded: ${(error as Error).message}`,
      remedy: 'Replace that image and import the dataset again.',
      where,
    })
  }
  throw new AssayError({
    code: 'binding/image-size',
    message: `The image of row ${row + 1} is ${size.width} × ${size.height}; the model wants ${width} × ${height}.`,
    remedy: 'Resize the images as they were for training, and import the dataset again.',
    where: { ...where, width: size.width, height: size.height },
  })
}

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
  const image = readSized(png, binding, row)
  const { width, height, channels, layout } = binding
  const shift = image.depth === 16 ? 1 / 257 : 1
  const pixels = width * height
  const step = image.channels
  const isColoured = step >= 3
  const sample = (pixel: number, channel: number): number =>
    image.data[pixel * step + (isColoured ? channel : 0)]! * shift
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const value =
        channels === 1 && isColoured
          ? luma[0] * sample(pixel, 0) + luma[1] * sample(pixel, 1) + luma[2] * sample(pixel, 2)
          : sample(pixel, channel)
      const place = layout === 'NCHW' ? channel * pixels + pixel : pixel * channels + channel
      target[at + place] =
        value * binding.scale[channel % binding.scale.length]! + binding.offset[channel % binding.offset.length]!
    }
  }
}
