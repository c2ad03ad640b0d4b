import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, portico, type PorticoProcess, post, until } from './portico-process.ts';
import { type Proxied, type RecordingProxy, recordingProxy } from './recording-proxy.ts';

interface Service {
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
}

/** A controller with proxies of its own to both sides, so that each write is known to be its. */
interface Controller {
  readonly process: PorticoProcess;
  /** Its name in the Lease, once it wrote it. */
  identity: string | undefined;
}

const lease = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
/** `npm run test:leader` kills twenty times, which takes minutes. */
const kills = Number(process.env['PORTICO_LEADER_KILLS'] ?? 3);

const isRead = /\/(wait|getHealth|listInstances|listNetworkEndpoints)$/;
const changesCloud = ({ method, path }: Proxied): boolean => method !== 'GET' && !isRead.test(path);
const changesCluster = ({ method }: Proxied): boolean => method !== 'GET';

describe(`two controllers whose leader is killed ${kills} times`, () => {
  let folder: string;
  let kube: PorticoProcess;
  let gce: PorticoProcess;
  let kubeUrl = '';
  let gceUrl = '';
  let kubeconfig = '';
  const proxies: RecordingProxy[] = [];
  const started: Controller[] = [];
  const trespasses: string[] = [];
  let writes = 0;

  const holder = async (): Promise<string | undefined> => {
    const { spec } = await json<{ spec: { holderIdentity?: string } }>(`${kubeUrl}${lease}/portico`);
    return spec.holderIdentity;
  };

  const controller = async (): Promise<Controller> => {
    let made: Controller | undefined;
    /** At the moment of each write the Lease has to be the writer's. */
    const mayWrite = async ({ method, path }: Proxied): Promise<void> => {
      writes += 1;
      const holds = await holder();
      if (made?.identity === undefined || holds !== made.identity) {
        trespasses.push(`${method} ${path} by ${made?.identity ?? 'nobody'} while ${holds ?? 'nobody'} leads`);
      }
    };
    const toKube = await recordingProxy(kubeUrl, changesCluster, async (request, body) => {
      if (!request.path.startsWith(lease)) return mayWrite(request);
      const found = /"holderIdentity":"([^"]+)"/.exec(body)?.[1] ?? /"value":"([^"]*_[0-9a-f-]{36})"/.exec(body)?.[1];
      if (made && found !== undefined) made.identity ??= found;
    });
    const toGce = await recordingProxy(gceUrl, changesCloud, mayWrite);
    proxies.push(toKube, toGce);
    const config = join(folder, `kubeconfig-${started.length}`);
    await writeFile(config, (await readFile(kubeconfig, 'utf8')).replaceAll(kubeUrl, toKube.url));
    const process = portico(
      'run',
      `--kubeconfig=${config}`,
      '--provider=gce',
      '--cluster-id=failover',
      '--metrics-addr=off',
      '--lease-seconds=2',
      '--gce-project=portico',
      '--gce-region=us-central1',
      `--gce-api-endpoint=${toGce.url}`,
    );
    made = { process, identity: undefined };
    started.push(made);
    return made;
  };

  const services = (): string => `${kubeUrl}/api/v1/namespaces/default/services`;
  const ask = (name: string): Promise<unknown> =>
    post(services(), { metadata: { name }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
  const edit = (name: string, port: number): Promise<unknown> =>
    json(`${services()}/${name}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ spec: { ports: [{ port }] } }),
    });
  const address = (name: string): Promise<string> =>
    until(`an address of ${name}`, async () => {
      const { status } = await json<Service>(`${services()}/${name}`);
      return status.loadBalancer.ingress?.[0]?.ip;
    });
  const made = async (): Promise<Record<string, Record<string, unknown>>> =>
    (await json<{ resources: Record<string, Record<string, unknown>> }>(`${gceUrl}/_portico/state`)).resources;
  const leads = async ({ identity }: Controller): Promise<boolean> =>
    identity !== undefined && (await holder()) === identity;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-failover-'));
    kube = portico('mock', 'kube', '--kubeconfig', join(folder, 'kubeconfig'), '-o', 'json');
    gce = portico('mock', 'gce', '--op-latency', '50', '-o', 'json');
    ({ url: kubeUrl = '', kubeconfig = '' } = await kube.ready);
    ({ url: gceUrl = '' } = await gce.ready);
    await post(`${gceUrl}/_portico/instances`, { name: 'node-1', zone: 'us-central1-a' });
    await post(`${kubeUrl}/api/v1/nodes`, {
      metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'us-central1-a' } },
      spec: { providerID: 'gce://portico/us-central1-a/node-1' },
    });
  });

  afterAll(async () => {
    for (const each of started) each.process.kill('SIGKILL');
    for (const each of proxies) await each.close();
    for (const each of [kube, gce]) {
      each.kill('SIGTERM');
      await each.ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'only who holds the Lease writes, nothing is there twice, no address changes',
    async () => {
      let leader = await controller();
      await until('the first leads', () => leads(leader));
      const addresses = new Map<string, string>();
      for (let round = 1; round <= kills; round += 1) {
        const next = await controller();
        await until('the next stands by', async () => next.process.errors().includes('"message":"standing by"'));
        // In the middle of work: a new Service, and a rule that is being replaced.
        const name = `web-${round}`;
        await ask(name);
        if (round > 1) await edit(`web-${round - 1}`, 8000 + round);
        const before = writes;
        await until('the leader is at work', async () => writes > before + (round % 7));
        leader.process.kill('SIGKILL');
        await leader.process.ended;
        await until('the next leads', () => leads(next));
        addresses.set(name, await address(name));
        leader = next;
      }
      for (const [name, ip] of addresses) expect([name, await address(name)]).toEqual([name, ip]);
      // What was edited last may still be on its way.
      const edited = kills > 1 ? `web-${kills - 1}` : undefined;
      await until('the last edit', async () =>
        edited === undefined
          ? true
          : Object.entries(await made()).some(
              ([path, { ports }]) =>
                path.includes('/forwardingRules/') &&
                path.includes(edited) &&
                JSON.stringify(ports) === `["${8000 + kills}"]`,
            ),
      );
      leader.process.kill('SIGTERM');
      expect(await leader.process.ended).toBe(0);

      expect(trespasses).toEqual([]);
      expect(writes).toBeGreaterThan(5 * kills);
      const kinds = ['addresses', 'firewalls', 'forwardingRules', 'backendServices', 'healthChecks'];
      const paths = Object.keys(await made());
      for (let round = 1; round <= kills; round += 1) {
        const own = paths
          .filter((path) => path.includes(`-default-web-${round}-`))
          .map((path) => path.split('/').at(-2) ?? '');
        expect(own.toSorted()).toEqual(kinds.toSorted());
      }
      for (const [name, ip] of addresses) expect([name, await address(name)]).toEqual([name, ip]);
    },
    kills * 60_000,
  );
});
