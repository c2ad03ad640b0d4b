import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as ask } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GceComputeServer, type MetadataServer, startGceCompute, startMetadataServer } from '../../mocks/index.ts';
import { type KubeApiServer, startKubeApiServer } from '../../mocks/kube-apiserver/server.ts';
import { selfSigned } from '../kube/certificate.ts';
import { json, type PorticoProcess, porticoIn, post, until } from './portico-process.ts';

const zone = 'europe-west1-b';
let folder: string;
let kube: KubeApiServer;
let gce: GceComputeServer;
let metadata: MetadataServer;
let front: Server;
let controller: PorticoProcess | undefined;
const authorizations = new Set<string | undefined>();

/** The API behind TLS, where credentials are sent. */
async function overTls(behind: GceComputeServer, certificate: { key: string; cert: string }): Promise<Server> {
  const server = createServer(certificate, (request, response) => {
    authorizations.add(request.headers.authorization);
    const { url = '', method = 'GET', headers } = request;
    const inner = ask(`${behind.url}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    inner.on('error', () => response.destroy());
    request.pipe(inner);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portico-metadata-'));
  kube = await startKubeApiServer();
  gce = await startGceCompute({ project: 'shop-prod', region: 'europe-west1', zones: [zone] });
  metadata = await startMetadataServer({ project: 'shop-prod', zone, tags: ['worker'] });
  const certificate = selfSigned();
  front = await overTls(gce, certificate);
  writeFileSync(join(folder, 'ca.pem'), certificate.cert);
  writeFileSync(join(folder, 'kubeconfig'), kube.kubeconfig());
});

afterAll(async () => {
  controller?.kill('SIGTERM');
  await controller?.ended;
  front.closeAllConnections();
  front.close();
  await metadata.close();
  await gce.close();
  await kube.close();
  rmSync(folder, { recursive: true, force: true });
});

it('on Google Cloud the controller needs neither project, region nor key: the metadata server tells it all', async () => {
  gce.cloud.addInstance({ name: 'n1', zone });
  await post(`${kube.url}/api/v1/nodes`, {
    metadata: { name: 'n1' },
    spec: { providerID: `gce://shop-prod/${zone}/n1` },
  });
  const services = `${kube.url}/api/v1/namespaces/default/services`;
  await post(services, { metadata: { name: 'web' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
  controller = porticoIn(
    {
      GCE_METADATA_HOST: metadata.authority,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      // Nobody's own credentials are to be found.
      HOME: folder,
      CLOUDSDK_CONFIG: folder,
      GOOGLE_APPLICATION_CREDENTIALS: '',
    },
    'run',
    `--kubeconfig=${join(folder, 'kubeconfig')}`,
    '--provider=gce',
    '--cluster-id=found',
    '--metrics-addr=off',
    '--gce-node-tags=metadata',
    `--gce-api-endpoint=https://127.0.0.1:${(front.address() as AddressInfo).port}`,
  );
  const ip = await until('the EXTERNAL-IP', async () => {
    const service = await json<{ status: { loadBalancer: { ingress?: readonly { ip: string }[] } } }>(
      `${services}/web`,
    );
    return service.status.loadBalancer.ingress?.[0]?.ip;
  });
  expect(gce.cloud.view.forwardingRules()).toMatchObject([{ IPAddress: ip }]);
  expect(gce.cloud.view.firewalls().filter(({ name }) => name.startsWith('portico-'))).not.toEqual([]);
  for (const { name, targetTags } of gce.cloud.view.firewalls()) {
    if (name.startsWith('portico-')) expect(targetTags).toEqual(['worker']);
  }
  expect([...authorizations]).toEqual(['Bearer portico-token']);
  expect(controller.errors()).toContain('"project":"shop-prod"');
});
