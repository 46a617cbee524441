/**
 * Solves A x = b for a symmetric positive definite A, in place (Cholesky; Golub and Van Loan 2013, 4.2).
 *
 * @param a Row-major p × p; its lower triangle is read and overwritten by the factor.
 * @param b Length p; overwritten by x.
 * @returns False where A is not positive definite to float64's precision; `b` then means nothing.
 */
export function solveCholesky(a: Float64Array, b: Float64Array): boolean {
  const p = b.length
  for (let row = 0; row < p; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = a[row * p + column]!
      for (let k = 0; k < column; k++) sum -= a[row * p + k]! * a[column * p + k]!
      if (row === column) {
        if (!(sum > 0)) return false
        a[row * p + row] = Math.sqrt(sum)
      } else a[row * p + column] = sum / a[column * p + column]!
    }
  }
  for (let row = 0; row < p; row++) {
    let sum = b[row]!
    for (let k = 0; k < row; k++) sum -= a[row * p + k]! * b[k]!
    b[row] = sum / a[row * p + row]!
  }
  for (let row = p - 1; row >= 0; row--) {
    let sum = b[row]!
    for (let k = row + 1; k < p; k++) sum -= a[k * p + row]! * b[k]!
    b[row] = sum / a[row * p + row]!
  }
  return true
}
