import { afterAll, beforeAll, describe, it } from 'vitest';
import { mainLanes } from './gcloud-lanes.ts';
import { expectSteps, type Gcloud, gcloudOnMock, hasGcloud } from './gcloud-process.ts';

describe.skipIf(!hasGcloud)('gcloud on the mock', { timeout: 240_000 }, () => {
  let gcloud: Gcloud;
  beforeAll(async () => {
    gcloud = await gcloudOnMock();
  });
  afterAll(() => gcloud.close());

  it.concurrent.each(Object.entries(mainLanes))('%s', (_name, steps) => expectSteps(gcloud, steps));
});
