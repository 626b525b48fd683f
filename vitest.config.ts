import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    pool: 'forks',
    // On two processors as well: most of the tests wait for processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
