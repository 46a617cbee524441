/** A picture with pixels hidden behind its own mean colour, as PNG again. */
import { encode } from 'fast-png'
import type { Picture } from '../../image/read-png.ts'

/** @returns a function from a mask (0 shown, 1 hidden, one a pixel) to the bytes of a PNG */
export function makeMasker({ width, height, data, channels, depth }: Picture): (mask: Float32Array) => Uint8Array {
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
