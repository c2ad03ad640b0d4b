import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { gceSurroundings } from '../../../providers/gce/metadata.ts';

const live = new AbortController().signal;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A metadata server, or something that merely answers at its address. */
async function serve(flavor: string | undefined): Promise<string> {
  const answers: Readonly<Record<string, string>> = {
    '/computeMetadata/v1/project/project-id': 'shop-prod',
    '/computeMetadata/v1/instance/zone': 'projects/123/zones/europe-west1-b',
    '/computeMetadata/v1/instance/network-interfaces/0/network': 'projects/123/networks/blue',
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

it('project, region and network are told by the metadata server', async () => {
  expect(await gceSurroundings(live, await serve('Google'))).toEqual({
    project: 'shop-prod',
    region: 'europe-west1',
    network: 'blue',
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
    name: 'AbortError',
  });
});
