import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startKubeApiServer } from '../../mocks/index.ts';
import { porticoIn } from './portico-process.ts';

it('says what to do without Google credentials, and nothing else', async () => {
  // What the credentials library warns of on its own: something that answers for the metadata server.
  const gate = createServer((_request, response) => response.writeHead(403).end()).listen(0, '127.0.0.1');
  await once(gate, 'listening');
  const home = mkdtempSync(join(tmpdir(), 'portico-credentials-'));
  const kube = await startKubeApiServer();
  try {
    const kubeconfig = join(home, 'kubeconfig');
    writeFileSync(kubeconfig, kube.kubeconfig());
    const gc = porticoIn(
      {
        HOME: home,
        CLOUDSDK_CONFIG: join(home, 'gcloud'),
        GOOGLE_APPLICATION_CREDENTIALS: '',
        GCE_METADATA_HOST: `127.0.0.1:${(gate.address() as AddressInfo).port}`,
      },
      'gc',
      `--kubeconfig=${kubeconfig}`,
      '--provider=gce',
      '--cluster-id=c',
      '--gce-project=some-project',
      '--gce-region=us-central1',
    );
    expect(await gc.ended).toBe(1);
    expect(gc.errors()).toMatch(/^portico: No Google credentials: .*gcloud auth application-default login[^\n]*\n$/);
  } finally {
    await kube.close();
    gate.close();
    rmSync(home, { recursive: true });
  }
});
