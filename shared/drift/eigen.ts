/** Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan 2013, 8.5). */
export interface Eigen {
  /** Falling. */
  readonly values: Float64Array
  /** Row k is the unit eigenvector of value k. */
  readonly vectors: readonly Float64Array[]
}

/** @param matrix Row-major, size × size; it is used up. */
export function eigenSymmetric(matrix: Float64Array, size: number): Eigen {
  const vectors = Array.from({ length: size }, (_, k) => {
    const vector = new Float64Array(size)
    vector[k] = 1
    return vector
  })
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    let diagonal = 0
    for (let i = 0; i < size; i++) {
      diagonal += matrix[i * size + i]! ** 2
      for (let j = i + 1; j < size; j++) off += matrix[i * size + j]! ** 2
    }
    if (off <= 1e-24 * diagonal) break
    for (let i = 0; i < size; i++) {
      for (let j = i + 1; j < size; j++) rotate(matrix, vectors, size, i, j)
    }
  }
  const order = vectors.map((_, k) => k).sort((a, b) => matrix[b * size + b]! - matrix[a * size + a]!)
  return {
    values: Float64Array.from(order, (k) => matrix[k * size + k]!),
    vectors: order.map((k) => vectors[k]!),
  }
}

/** Makes matrix[i][j] zero. */
function rotate(matrix: Float64Array, vectors: readonly Float64Array[], size: number, i: number, j: number): void {
  const off = matrix[i * size + j]!
  if (off === 0) return
  const theta = (matrix[j * size + j]! - matrix[i * size + i]!) / (2 * off)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const cosine = 1 / Math.hypot(t, 1)
  const sine = t * cosine
  for (let k = 0; k < size; k++) {
    const a = matrix[k * size + i]!
    const b = matrix[k * size + j]!
    matrix[k * size + i] = cosine * a - sine * b
    matrix[k * size + j] = sine * a + cosine * b
  }
  for (let k = 0; k < size; k++) {
    const a = matrix[i * size + k]!
    const b = matrix[j * size + k]!
    matrix[i * size + k] = cosine * a - sine * b
    matrix[j * size + k] = sine * a + cosine * b
  }
  const first = vectors[i]!
  const second = vectors[j]!
  for (let k = 0; k < size; k++) {
    const a = first[k]!
    const b = second[k]!
    first[k] = cosine * a - sine * b
    second[k] = sine * a + cosine * b
  }
}
