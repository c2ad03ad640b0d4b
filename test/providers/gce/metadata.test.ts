import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { gceSurroundings, metadataHost } from '../../../providers/gce/metadata.ts';

const live = new AbortController().signal;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A metadata server, or something that merely answers at its address. */
async function serve(flavor: string | undefined, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const answers: Readonly<Record<string, string>> = {
    '/computeMetadata/v1/project/project-id': 'shop-prod',
    '/computeMetadata/v1/project/numeric-project-id': '123',
    '/computeMetadata/v1/instance/tags': '["worker","gke-node"]',
    '/computeMetadata/v1/instance/zone': 'projects/123/zones/europe-west1-b',
    '/computeMetadata/v1/instance/network-interfaces/0/network': 'projects/123/networks/blue',
    ...more,
  };
  const server = createServer((request, response) => {
    const asked = request.headers['metadata-flavor'] === 'Google' ? answers[request.url ?? ''] : undefined;
    response.writeHead(asked === undefined ? 403 : 200, flavor === undefined ? {} : { 'Metadata-Flavor': flavor });
    response.end(asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

it('project, region, network and tags are told by the metadata server', async () => {
  expect(await gceSurroundings(live, await serve('Google'))).toEqual({
    project: 'shop-prod',
    zone: 'europe-west1-b',
    region: 'europe-west1',
    network: 'blue',
    sharedNetwork: false,
    tags: ['gke-node', 'worker'],
  });
});

it('who answers without its flavor is not believed', async () => {
  expect(await gceSurroundings(live, await serve(undefined))).toBeUndefined();
});

it('where nobody answers is not Google Cloud', async () => {
  const host = await serve('Google');
  for (const close of closers.splice(0)) close();
  expect(await gceSurroundings(live, host)).toBeUndefined();
});

it('stops when told to', async () => {
  await expect(gceSurroundings(AbortSignal.abort(), await serve('Google'))).rejects.toMatchObject({
    code: 'aborted',
  });
});

it.each([
  ['named by its variable', { GCE_METADATA_HOST: '127.0.0.1:8' }, '', '127.0.0.1:8'],
  ['at its usual address on a machine of Google', {}, 'Google Compute Engine\n', '169.254.169.254'],
  ['nowhere on any other machine', {}, 'Standard PC (i440FX + PIIX, 1996)\n', undefined],
  ['nowhere when the machine does not tell its make', {}, undefined, undefined],
  ['nowhere when it is said to be', { METADATA_SERVER_DETECTION: 'none' }, 'Google\n', undefined],
])('the metadata server is %s', async (_title, env, make, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-make-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'product_name');
  if (make !== undefined) writeFileSync(file, make);
  expect(await metadataHost(env, file)).toBe(expected);
});

it('a network of another project is told apart', async () => {
  const host = await serve('Google', { '/computeMetadata/v1/project/numeric-project-id': '456' });
  expect(await gceSurroundings(live, host)).toMatchObject({ sharedNetwork: true });
});
