/** Builds the window. Plain files under a relative base, so that Electron's own protocol serves them under a strict CSP. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    cssTarget: 'chrome130',
    sourcemap: false,
    // An inlined file would be a data: URL, which the CSP refuses for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Read from the disk in one go; a warning made for downloads does not apply.
    chunkSizeWarningLimit: 2000,
  },
})
