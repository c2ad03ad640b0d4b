import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type GceComputeServer, type MetadataServer, startGceCompute, startMetadataServer } from '../../mocks/index.ts';
import { type KubeApiServer, startKubeApiServer } from '../../mocks/kube-apiserver/server.ts';
import { selfSigned } from '../kube/certificate.ts';
import { type Front, front, type Impostor } from './hostile-front.ts';
import { json, type PorticoProcess, porticoIn, post, until } from './portico-process.ts';

/** Of no form by which anybody could know them for credentials. */
const kubeToken = 'planted+token/of=kubernetes';
const cloudToken = 'planted-access-token-of-google';
const client = selfSigned();
const clientKey = client.key;
const planted = [kubeToken, cloudToken, ...clientKey.split('\n').filter((line) => line.length > 40)];

let folder: string;
let kube: KubeApiServer;
let gce: GceComputeServer;
let metadata: MetadataServer;
let kubeFront: Front;
let cloudFront: Front;
let controller: PorticoProcess;
let metricsUrl = '';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

const services = (): string => `${kube.url}/api/v1/namespaces/default/services`;

interface Service {
  readonly status: {
    readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] };
    readonly conditions?: readonly { readonly status: string; readonly message: string }[];
  };
}
const read = (name: string): Promise<Service> => json(`${services()}/${name}`);
const ipOf = (name: string): Promise<string> =>
  until(`the EXTERNAL-IP of ${name}`, async () => (await read(name)).status.loadBalancer.ingress?.[0]?.ip);
const create = (name: string): Promise<unknown> =>
  post(services(), { metadata: { name }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portico-hostile-'));
  kube = await startKubeApiServer();
  gce = await startGceCompute({ project: 'portico' });
  gce.cloud.addInstance({ name: 'n1', zone: 'us-central1-a' });
  metadata = await startMetadataServer({ project: 'portico', token: cloudToken });
  const certificate = selfSigned();
  kubeFront = await front(kube.url, certificate);
  cloudFront = await front(gce.url, certificate);
  writeFileSync(join(folder, 'ca.pem'), certificate.cert);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'k', cluster: { server: kubeFront.url, 'certificate-authority-data': base64(certificate.cert) } },
    ],
    users: [
      {
        name: 'u',
        user: {
          token: kubeToken,
          'client-certificate-data': base64(client.cert),
          'client-key-data': base64(client.key),
        },
      },
    ],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    'current-context': 'c',
  };
  writeFileSync(join(folder, 'kubeconfig'), stringify(config));
  const metrics = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${metrics}/metrics`;
  await post(`${kube.url}/api/v1/nodes`, {
    metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'us-central1-a' } },
    spec: { providerID: 'gce://portico/us-central1-a/n1' },
  });
  controller = porticoIn(
    {
      GCE_METADATA_HOST: metadata.authority,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      HOME: folder,
      CLOUDSDK_CONFIG: folder,
      GOOGLE_APPLICATION_CREDENTIALS: '',
    },
    'run',
    `--kubeconfig=${join(folder, 'kubeconfig')}`,
    '--provider=gce',
    '--cluster-id=hostile',
    '--leader-election=off',
    '--log-level=debug',
    `--metrics-addr=${metrics}`,
    `--gce-api-endpoint=${cloudFront.url}`,
  );
});

afterAll(async () => {
  controller.kill('SIGKILL');
  await controller.ended;
  for (const each of [kubeFront, cloudFront, metadata, gce, kube]) await each.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Refuses everything, and says back what it was sent. */
const echo =
  (error: (said: string) => object): Impostor =>
  (request, response) => {
    const { authorization = '' } = request.headers;
    const said = `no, ${authorization.replace(/^\w+ /, '')} may not (${authorization}; ${clientKey})`;
    response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify(error(said)));
    return true;
  };
const cloudEcho = echo((message) => ({ error: { code: 503, message, errors: [{ reason: 'backendError', message }] } }));
const kubeEcho = echo((message) => ({ kind: 'Status', status: 'Failure', code: 503, reason: 'x', message }));

/** One after the other, for ever. */
const nonsense: readonly Impostor[] = [
  (_, response) => Boolean(response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>')),
  (_, response) => Boolean(response.end('{}')),
  (_, response) => Boolean(response.writeHead(404).end('<html>Not here</html>')),
  (_, response) => {
    response.writeHead(200, { 'content-length': '5000' }).write('{"kind":"ServiceList","items":[', () => {
      response.destroy();
    });
    return true;
  },
  (_, response) => Boolean(response.end('{"kind":"ServiceList","metadata":{"resourceVersion":9},"items":{"web":7}}\n')),
  (_, response) => Boolean(response.end('{"kind":"compute#addressList","items":[7,{"name":7,"address":{}}]}')),
  (request) => {
    request.socket.destroy();
    return true;
  },
];
const inTurn = (each: readonly Impostor[]): Impostor => {
  let turn = 0;
  return (request, response) => {
    turn += 1;
    return each[turn % each.length]?.(request, response) ?? false;
  };
};
/** Sends for as long as somebody takes it. */
const endless: Impostor = (_, response) => {
  const piece = ' '.repeat(1 << 20);
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
  return true;
};

it('a controller lives through servers that repeat its credentials or talk nonsense, tells none of them, and goes on', async () => {
  await create('web');
  const ip = await ipOf('web');
  expect([...kubeFront.authorizations]).toEqual([`Bearer ${kubeToken}`]);
  expect([...cloudFront.authorizations]).toEqual([`Bearer ${cloudToken}`]);

  cloudFront.let(cloudEcho);
  await create('late');
  const condition = await until('a condition that quotes the cloud', async () =>
    (await read('late')).status.conditions?.find(({ message }) => message.includes('503')),
  );
  expect(condition).toMatchObject({ status: 'False', message: expect.stringContaining('no, [secret] may not') });

  const eventsText = async (): Promise<string> => JSON.stringify(await json(`${kube.url}/api/v1/events`));
  await until('an Event that quotes the cloud', async () => (await eventsText()).includes('[secret] may not'));

  kubeFront.let(kubeEcho);
  cloudFront.let(inTurn(nonsense));
  await until('refusals of the API server', async () => kubeFront.answered >= 2);
  kubeFront.let(inTurn(nonsense));
  await until('nonsense from both', async () => kubeFront.answered >= 3 && cloudFront.answered >= 4);
  cloudFront.let(endless);
  await until('an answer without end', async () => cloudFront.answered >= 1 && controller.errors().includes('64 MiB'));

  kubeFront.let(undefined);
  cloudFront.let(undefined);
  const late = await ipOf('late');
  expect(
    gce.cloud.view
      .forwardingRules()
      .map(({ IPAddress }) => IPAddress)
      .toSorted(),
  ).toEqual([ip, late].toSorted());
  expect((await read('web')).status.loadBalancer.ingress).toMatchObject([{ ip }]);

  expect(controller.errors()).toContain('[secret]');
  const told = {
    log: controller.errors(),
    events: await eventsText(),
    services: JSON.stringify([await read('web'), await read('late')]),
    metrics: await (await fetch(metricsUrl)).text(),
  };
  for (const [where, text] of Object.entries(told)) {
    for (const secret of planted) expect(text.includes(secret), `${secret} in ${where}`).toBe(false);
  }

  for (const name of ['web', 'late']) await json(`${services()}/${name}`, { method: 'DELETE' });
  for (const name of ['web', 'late']) {
    await until(`${name} to go`, async () => (await fetch(`${services()}/${name}`)).status === 404);
  }
  controller.kill('SIGTERM');
  expect(await controller.ended).toBe(0);
  expect(gce.cloud.view.forwardingRules()).toEqual([]);
});
