import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts', 'test/engine/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: native work (DuckDB, ONNX Runtime) already uses both.
    maxWorkers: 2,
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
})
