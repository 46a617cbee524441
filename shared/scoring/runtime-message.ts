/** More is names of the model's own, of which there may be megabytes. */
const longest = 4000

/** ONNX Runtime's messages carry its own source paths and run over many lines; the first says what happened. */
export function runtimeMessage(error: unknown): string {
  const text = String((error as Error).message ?? error)
    .slice(0, longest)
    .replace(/\/[\w./-]*onnxruntime[\w./-]*\.(cc|h):\d+\s*/g, '')
    .replace(/Load model from .*? failed:\s*/s, '')
  return (text.split('\n')[0] ?? text).slice(0, 400)
}
