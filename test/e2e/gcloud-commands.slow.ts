import { describe, it } from 'vitest';
import { allLanes } from './gcloud-lanes.ts';
import { expectSteps, gcloudOnMock, hasGcloud } from './gcloud-process.ts';

/** Some 150 commands of a second each: `npm run test:gcloud`, not part of `npm test`. */
describe.skipIf(!hasGcloud)('every command of gcloud on the mock', { timeout: 900_000 }, () => {
  it.concurrent.each(Object.entries(allLanes))('%s', async (_name, steps) => {
    const gcloud = await gcloudOnMock();
    try {
      await expectSteps(gcloud, steps);
    } finally {
      await gcloud.close();
    }
  });
});
