import { describe, it } from 'vitest';
import { allLanes, mainLanes } from './gcloud-lanes.ts';
import { expectSteps, gcloudOnMock, hasGcloud } from './gcloud-process.ts';

/** A second a command: `npm test` goes one way through, `npm run test:gcloud` tries every command. */
const all = process.env['PORTICO_GCLOUD_CASES'] === 'all';
if (hasGcloud && !all) console.log('Two lanes of gcloud commands; npm run test:gcloud runs all of them.');

describe.skipIf(!hasGcloud)('gcloud on the mock', { timeout: 900_000 }, () => {
  it.concurrent.each(Object.entries({ ...mainLanes, ...(all ? allLanes : {}) }))('%s', async (_name, steps) => {
    const gcloud = await gcloudOnMock();
    try {
      await expectSteps(gcloud, steps);
    } finally {
      await gcloud.close();
    }
  });
});
