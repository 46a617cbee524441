/** A picture with pixels hidden behind its own mean colour, as PNG again. */
import { encode } from 'fast-png'
import type { decode } from 'fast-png'

export type Picture = ReturnType<typeof decode>

export interface Channels {
  /** Pixel p, channel c at p × channels + c. */
  readonly data: Uint8Array | Uint16Array
  readonly channels: number
  readonly depth: 8 | 16
}

/** A palette becomes colours; everything else stays as it is. */
export function channelsOf(picture: Picture): Channels {
  const { data, palette, width, height, channels, depth } = picture
  if (!palette) return { data: data as Uint8Array, channels, depth: depth === 16 ? 16 : 8 }
  const out = new Uint8Array(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const colour = palette[data[pixel]!]!
    for (let channel = 0; channel < 3; channel++) out[pixel * 3 + channel] = colour[channel]!
  }
  return { data: out, channels: 3, depth: 8 }
}

/** @returns a function from a mask (0 shown, 1 hidden, one a pixel) to the bytes of a PNG */
export function makeMasker(
  { width, height }: Picture,
  { data, channels, depth }: Channels,
): (mask: Float32Array) => Uint8Array {
  const pixels = width * height
  const means = Array.from({ length: channels }, (_, channel) => {
    let sum = 0
    for (let at = channel; at < data.length; at += channels) sum += data[at]!
    return sum / pixels
  })
  return (mask) => {
    const out = data.slice()
    for (let pixel = 0; pixel < pixels; pixel++) {
      const hidden = mask[pixel]!
      if (hidden === 0) continue
      for (let channel = 0; channel < channels; channel++) {
        const at = pixel * channels + channel
        out[at] = Math.round(data[at]! * (1 - hidden) + means[channel]! * hidden)
      }
    }
    // Thousands are made and read once: packing them would cost more than it saves.
    return encode({ width, height, data: out, channels, depth } as Parameters<typeof encode>[0], { zlib: { level: 0 } })
  }
}
