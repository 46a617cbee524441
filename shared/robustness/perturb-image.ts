/** Changes images: noise, brightness, blur and rotation on pixels of 0 to 255. */
import type { PerturbationKind } from '../contract/robustness.ts'
import type { Random } from '../statistics/random.ts'

export interface Pixels {
  readonly width: number
  readonly height: number
  /** Samples a pixel: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha. */
  readonly channels: number
  /** Row by row, channels beside each other. */
  readonly data: Uint8Array
}

export type ImageKind = Extract<PerturbationKind, 'image noise' | 'brightness' | 'blur' | 'rotation'>

const byte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)))
/** The last sample of two or four is alpha, which is no light. */
const lightChannels = (channels: number): number => (channels % 2 === 0 ? channels - 1 : channels)

/** @param strength in the kind's own unit: grey levels of 0 to 255, pixels, or degrees */
export function perturbImage(kind: ImageKind, image: Pixels, strength: number, random: Random): Pixels {
  switch (kind) {
    case 'image noise':
      return onLight(image, (value) => value + strength * random.normal())
    case 'brightness':
      return onLight(image, (value) => value + strength)
    case 'blur':
      return blur(image, strength)
    case 'rotation':
      return rotate(image, random.uniform() < 0.5 ? -strength : strength)
  }
}

function onLight(image: Pixels, change: (value: number) => number): Pixels {
  const { channels } = image
  const light = lightChannels(channels)
  return {
    ...image,
    data: image.data.map((value, at) => (at % channels < light ? byte(change(value)) : value)),
  }
}

/** Separable Gaussian; pixels past the edge are those at the edge. */
function blur(image: Pixels, deviation: number): Pixels {
  const radius = Math.max(1, Math.ceil(3 * deviation))
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, at) =>
    Math.exp(-((at - radius) ** 2) / (2 * deviation ** 2)),
  )
  const sum = kernel.reduce((total, weight) => total + weight, 0)
  const { width, height, channels } = image
  const across = new Float64Array(image.data.length)
  const blurred = new Float64Array(image.data.length)
  const pass = (from: ArrayLike<number>, to: Float64Array, stepX: number, stepY: number): void => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let channel = 0; channel < channels; channel++) {
          let total = 0
          for (let k = -radius; k <= radius; k++) {
            const px = Math.max(0, Math.min(width - 1, x + k * stepX))
            const py = Math.max(0, Math.min(height - 1, y + k * stepY))
            total += kernel[k + radius]! * from[(py * width + px) * channels + channel]!
          }
          to[(y * width + x) * channels + channel] = total / sum
        }
      }
    }
  }
  pass(image.data, across, 1, 0)
  pass(across, blurred, 0, 1)
  return { ...image, data: Uint8Array.from(blurred, byte) }
}

/** Bilinear; what comes from outside has the mean of the border. */
function rotate(image: Pixels, degrees: number): Pixels {
  const { width, height, channels, data } = image
  const angle = (degrees * Math.PI) / 180
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const cx = (width - 1) / 2
  const cy = (height - 1) / 2
  const outside = borderMean(image)
  const sample = (x: number, y: number, channel: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? outside[channel]! : data[(y * width + x) * channels + channel]!
  const turned = new Uint8Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = cos * (x - cx) + sin * (y - cy) + cx
      const fromY = -sin * (x - cx) + cos * (y - cy) + cy
      const x0 = Math.floor(fromX)
      const y0 = Math.floor(fromY)
      const fx = fromX - x0
      const fy = fromY - y0
      for (let channel = 0; channel < channels; channel++) {
        const top = sample(x0, y0, channel) * (1 - fx) + sample(x0 + 1, y0, channel) * fx
        const bottom = sample(x0, y0 + 1, channel) * (1 - fx) + sample(x0 + 1, y0 + 1, channel) * fx
        turned[(y * width + x) * channels + channel] = byte(top * (1 - fy) + bottom * fy)
      }
    }
  }
  return { ...image, data: turned }
}

/** Mean of each channel over the image's border: what most likely lies outside. */
function borderMean({ width, height, channels, data }: Pixels): number[] {
  const sums = new Array<number>(channels).fill(0)
  let count = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue
      count++
      for (let channel = 0; channel < channels; channel++) sums[channel]! += data[(y * width + x) * channels + channel]!
    }
  }
  return sums.map((sum) => sum / count)
}
