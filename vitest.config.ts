import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './tools/closing-line-reporter.ts'],
    testTimeout: 180_000,
    hookTimeout: 30_000,
  },
});
