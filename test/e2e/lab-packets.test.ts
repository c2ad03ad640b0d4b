import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, outcome } from '../mocks/data-plane/traffic.ts';
import { json, labEnvironment, portico, porticoIn, type PorticoProcess, program, until } from './portico-process.ts';

interface Service {
  readonly spec: { readonly ports: readonly { readonly nodePort: number }[] };
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
}
interface List<T> {
  readonly items: readonly T[];
}
interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly containerStatuses: readonly { readonly restartCount: number }[] };
}
interface Node {
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

const client = '127.77.66.55';

/** `npm start` as it is, but with ports and a folder of its own. */
describe('the lab, as npm start has it', () => {
  let lab: PorticoProcess;
  let kube = '';
  let gce = '';
  let ip = '';
  let kubeconfig = '';

  beforeAll(async () => {
    const manifests = ['deployment', 'loadbalancer', 'nodeport'].map((name) => `examples/kubia-${name}.yaml`);
    lab = portico('lab', '-o', 'json', '--apply', ...manifests);
    const ready = await lab.ready;
    kube = ready['kubeUrl'] ?? '';
    gce = ready['gceUrl'] ?? '';
    kubeconfig = ready['kubeconfig'] ?? '';
    ip = await until('an EXTERNAL-IP', async () => {
      const { items } = await get<List<Service>>('services');
      return items.flatMap(({ status }) => status.loadBalancer.ingress ?? [])[0]?.ip;
    });
  });
  afterAll(async () => {
    lab.kill('SIGTERM');
    await lab.ended;
  });

  const get = <T>(path: string): Promise<T> => json(`${kube}/api/v1/namespaces/default/${path}`);
  const patch = (path: string, body: unknown): Promise<unknown> =>
    json(`${kube}${path}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify(body),
    });
  const answer = async (): Promise<Answer | undefined> => {
    const got = await outcome(`http://${ip}/`, { from: client });
    return typeof got === 'object' && got.status === 200 ? got : undefined;
  };
  const answers = async (count: number): Promise<readonly (Answer | string)[]> => {
    const all: (Answer | string)[] = [];
    for (let index = 0; index < count; index += 1) {
      all.push(await outcome(`http://${ip}/`, { from: client, patienceMs: 1000 }));
    }
    return all;
  };
  const nodeIp = async (): Promise<string> => {
    const { items } = await json<List<Node>>(`${kube}/api/v1/nodes`);
    return items[0]?.status.addresses.find(({ type }) => type === 'ExternalIP')?.address ?? '';
  };

  it('answers on the EXTERNAL-IP: every pod in turn, which sees nodes', async () => {
    expect(ip).toMatch(/^127\.30\.\d+\.\d+$/);
    await until('an answer', answer);
    const names = (await get<List<Pod>>('pods')).items.map(({ metadata }) => metadata.name);
    const seen = await until('each of the pods to answer', async () => {
      const some = await answers(30);
      return new Set(some.map((each) => (typeof each === 'object' ? each.pod : each))).size === 3 && some;
    });
    for (const each of seen) {
      expect(each).toMatchObject({ status: 200, client: { address: expect.stringMatching(/^10\.128\./) } });
      expect(names).toContain((each as Answer).pod);
    }
  });

  it('shows by kubectl logs what a container wrote', async (context) => {
    const [pod] = (await get<List<Pod>>('pods')).items;
    const args = ['logs', '-l', 'app=kubia', '--prefix', '--tail=1'];
    const shown = await program('kubectl', args, { KUBECONFIG: kubeconfig });
    context.skip(shown === undefined, 'kubectl is not installed');
    expect(shown).toContain(`[pod/${pod?.metadata.name}/kubia] `);
    expect(shown?.trim().split('\n').length).toBe(3);
    expect(shown).toMatch(/GET \/ 200$/m);
  });

  it('says of its nodes what the probes find', async () => {
    const group = `${gce}/compute/v1/projects/portico/zones/us-central1-a/instanceGroups`;
    const [first] = (await json<List<{ readonly selfLink: string }>>(group)).items;
    const services = `${gce}/compute/v1/projects/portico/regions/us-central1/backendServices`;
    const [service] = (await json<List<{ readonly name: string }>>(services)).items;
    const states = await until('a healthy node', async () => {
      const { healthStatus = [] } = await json<{ healthStatus?: readonly { readonly healthState: string }[] }>(
        `${services}/${service?.name}/getHealth`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ group: first?.selfLink }),
        },
      );
      const said = new Set(healthStatus.map(({ healthState }) => healthState));
      return said.has('HEALTHY') && said;
    });
    expect([...states]).toEqual(['HEALTHY']);
  });

  it('opens a node port by the firewall rule that one types for it', async () => {
    const url = `http://${await nodeIp()}:30123/`;
    const project = `${gce}/compute/v1/projects/portico/global`;
    const { name } = await json<{ readonly name: string }>(`${project}/firewalls`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'kubia-svc-rule', allowed: [{ IPProtocol: 'tcp', ports: ['30123'] }] }),
    });
    await json(`${project}/operations/${name}/wait`, { method: 'POST' });
    expect(await outcome(url, { from: client })).toMatchObject({ status: 200 });
  });

  it('with Local keeps the address of the client, and its own', async () => {
    await patch('/api/v1/namespaces/default/services/kubia-loadbalancer', { spec: { externalTrafficPolicy: 'Local' } });
    await until('pods that see the client', async () =>
      (await answers(10)).every((each) => typeof each === 'object' && each.client.address === client),
    );
    expect((await get<Service>('services/kubia-loadbalancer')).status.loadBalancer.ingress?.[0]?.ip).toBe(ip);
  });

  it('goes on answering while a node is drained and another one switched off', async () => {
    const env = labEnvironment(kubeconfig);
    expect(await porticoIn(env, 'lab', 'node', 'drain', 'node-1').ended).toBe(0);
    await until('the pods of node-1 to be elsewhere', async () => {
      const { items } = await get<List<Pod>>('pods');
      return items.length === 3 && items.every(({ spec }) => spec.nodeName !== 'node-1');
    });
    expect(await porticoIn(env, 'lab', 'node', 'stop', 'node-3').ended).toBe(0);
    const machine = `${gce}/compute/v1/projects/portico/zones/us-central1-c/instances/node-3`;
    expect(await json(machine)).toMatchObject({ status: 'TERMINATED' });
    const who = await until('answers of node-2 alone', async () => {
      const nodes = new Set((await answers(10)).map((each) => (typeof each === 'object' ? each.node : each)));
      return nodes.size === 1 && [...nodes];
    });
    expect(who).toEqual(['node-2']);
    expect(await porticoIn(env, 'lab', 'node', 'start', 'node-3').ended).toBe(0);
    await until('answers of node-3 again', async () =>
      (await answers(10)).some((each) => typeof each === 'object' && each.node === 'node-3'),
    );
    await until('one restart of the pods that were on it, and none of others', async () => {
      const { items } = await get<List<Pod>>('pods');
      return items.every(
        ({ spec, status }) => status.containerStatuses[0]?.restartCount === (spec.nodeName === 'node-3' ? 1 : 0),
      );
    });
  });

  it('is refused when the Service is gone', async () => {
    await json(`${kube}/api/v1/namespaces/default/services/kubia-loadbalancer`, { method: 'DELETE' });
    const refused = await until('a refusal', async () => {
      const got = await outcome(`http://${ip}/`, { from: client });
      return typeof got === 'string' && got !== 'ECONNRESET' && got;
    });
    expect(refused).toBe('ECONNREFUSED');
  });
});
