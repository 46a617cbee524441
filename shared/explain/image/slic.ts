/**
 * Superpixels by SLIC (Achanta et al. 2012): k-means on colour and place within windows twice as wide as a superpixel, and
 * then every connected piece its own, small ones joined to a neighbour.
 */
export interface Segments {
  /** Segment of each pixel, row by row. */
  readonly of: Int32Array
  readonly count: number
}

const rounds = 10
/** Weight of place against colour, on colours of 0 to 255. */
const compactness = 10

/**
 * @param data channels side by side: pixel p, channel c at p × channels + c, 0 to 255
 * @param wanted about as many segments
 */
export function slic(
  data: ArrayLike<number>,
  width: number,
  height: number,
  channels: number,
  wanted: number,
): Segments {
  const pixels = width * height
  const step = Math.max(1, Math.sqrt(pixels / Math.max(1, wanted)))
  const centres: { x: number; y: number; colour: Float64Array }[] = []
  const colourAt = (pixel: number): Float64Array =>
    Float64Array.from({ length: channels }, (_, c) => data[pixel * channels + c]!)
  const across = Math.max(1, Math.round(width / step))
  const down = Math.max(1, Math.round(height / step))
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      const [x, y] = [((i + 0.5) * width) / across - 0.5, ((j + 0.5) * height) / down - 0.5]
      centres.push({ x, y, colour: colourAt(Math.round(y) * width + Math.round(x)) })
    }
  }
  const label = new Int32Array(pixels)
  const nearest = new Float64Array(pixels)
  const placeWeight = (compactness / step) ** 2
  for (let round = 0; round < rounds; round++) {
    nearest.fill(Infinity)
    centres.forEach(({ x, y, colour }, k) => {
      const [top, bottom] = [Math.max(0, Math.floor(y - 2 * step)), Math.min(height - 1, Math.ceil(y + 2 * step))]
      const [left, right] = [Math.max(0, Math.floor(x - 2 * step)), Math.min(width - 1, Math.ceil(x + 2 * step))]
      for (let py = top; py <= bottom; py++) {
        for (let px = left; px <= right; px++) {
          const pixel = py * width + px
          let distance = placeWeight * ((px - x) ** 2 + (py - y) ** 2)
          for (let c = 0; c < channels; c++) distance += (data[pixel * channels + c]! - colour[c]!) ** 2
          if (distance >= nearest[pixel]!) continue
          nearest[pixel] = distance
          label[pixel] = k
        }
      }
    })
    const sums = centres.map(() => new Float64Array(channels + 3))
    for (let pixel = 0; pixel < pixels; pixel++) {
      const sum = sums[label[pixel]!]!
      sum[0]! += pixel % width
      sum[1]! += Math.floor(pixel / width)
      sum[2]!++
      for (let c = 0; c < channels; c++) sum[3 + c]! += data[pixel * channels + c]!
    }
    sums.forEach((sum, k) => {
      const n = sum[2]!
      if (n > 0) centres[k] = { x: sum[0]! / n, y: sum[1]! / n, colour: sum.subarray(3).map((value) => value / n) }
    })
  }
  return connected(label, width, height, pixels / centres.length / 4)
}

/** Each connected piece of a label becomes a segment; one smaller than `least` joins the piece before it. */
function connected(label: Int32Array, width: number, height: number, least: number): Segments {
  const of = new Int32Array(label.length).fill(-1)
  let count = 0
  const stack: number[] = []
  for (let start = 0; start < label.length; start++) {
    if (of[start] !== -1) continue
    const piece: number[] = []
    let beside = -1
    stack.push(start)
    of[start] = count
    while (stack.length > 0) {
      const pixel = stack.pop()!
      piece.push(pixel)
      const x = pixel % width
      for (const next of [
        x > 0 ? pixel - 1 : -1,
        x < width - 1 ? pixel + 1 : -1,
        pixel - width,
        pixel + width < width * height ? pixel + width : -1,
      ]) {
        if (next < 0) continue
        if (of[next] === -1 && label[next] === label[start]) {
          of[next] = count
          stack.push(next)
        } else if (of[next]! >= 0 && of[next] !== count) beside = of[next]!
      }
    }
    if (piece.length < least && beside >= 0) for (const pixel of piece) of[pixel] = beside
    else count++
  }
  return { of, count }
}
