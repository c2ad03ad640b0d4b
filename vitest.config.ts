import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './tools/closing-line-reporter.ts'],
    // The default leaves a core idle, which on two of them doubles the time.
    maxWorkers: '100%',
    testTimeout: 180_000,
    hookTimeout: 30_000,
  },
});
