import { defineConfig } from 'vitest/config';

/** The tests of the pure middle alone. */
export default defineConfig({
  test: {
    include: [
      'test/graph/**/*.test.ts',
      'test/model/**/*.test.ts',
      'test/controller/decide.test.ts',
      'test/controller/service-texts.test.ts',
      'test/controller/restraint.test.ts',
    ],
    setupFiles: ['tools/mutation/short-properties.ts'],
    testTimeout: 20_000,
  },
});
