/** ONNX Runtime's messages carry its own source paths and run over many lines; the first says what happened. */
export function runtimeMessage(error: unknown): string {
  const text = String((error as Error).message ?? error)
    .replace(/\/[\w./-]*onnxruntime[\w./-]*\.(cc|h):\d+\s*/g, '')
    .replace(/Load model from .*? failed:\s*/s, '')
  return (text.split('\n')[0] ?? text).slice(0, 400)
}
