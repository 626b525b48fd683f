import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // For what hangs; no test measures time, and machines are busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // On two processors as well: most of the tests wait for processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
