import { defineConfig } from 'vitest/config';

/** The slow tests with a real gcloud: `npm run test:gcloud`. */
export default defineConfig({ test: { include: ['test/e2e/gcloud-commands.slow.ts'], maxConcurrency: 2 } });
