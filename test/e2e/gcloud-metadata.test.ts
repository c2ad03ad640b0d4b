import { describe, expect, it } from 'vitest';
import { startMetadataServer } from '../../mocks/index.ts';
import { gcloudOnMock, hasGcloud } from './gcloud-process.ts';

describe.skipIf(!hasGcloud)('gcloud on a VM', { timeout: 240_000 }, () => {
  it('takes account, project and token from the metadata server', async () => {
    const metadata = await startMetadataServer({ project: 'p1', token: 'from-the-vm' });
    const gcloud = await gcloudOnMock(
      { tokens: ['from-the-vm'] },
      {
        GCE_METADATA_ROOT: metadata.authority,
        GCE_METADATA_HOST: metadata.authority,
        CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'false',
        CLOUDSDK_CORE_PROJECT: undefined,
      },
    );
    try {
      const { status, stdout, stderr } = await gcloud.run(['compute', 'zones', 'list', '--format=value(name)']);
      expect([status, stdout, stderr]).toEqual([0, 'us-central1-a\nus-central1-b\nus-central1-c\n', '']);
    } finally {
      await gcloud.close();
      await metadata.close();
    }
  });
});
