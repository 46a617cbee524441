/** What main gives the window through preload. Absent in a plain browser, where the window says so and stops. */
import type { AssayBridge } from '../../shared/contract/bridge.ts'

export const bridge = (): AssayBridge => {
  const { assay } = window as unknown as { readonly assay?: AssayBridge }
  if (!assay) throw new Error('window.assay is missing: the preload script did not run')
  return assay
}
