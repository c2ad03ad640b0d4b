import { createKubeApi, type KubeApi } from '../../mocks/index.ts';
import { type Cloud, createCloud } from '../../providers/mock/cloud.ts';
import { cloudApi } from '../../providers/mock/cloud-api.ts';
import { createMockProvider } from '../../providers/mock/index.ts';
import { classIs } from '../../src/controller/decide.ts';
import { noObserver } from '../../src/controller/observer.ts';
import { runController } from '../../src/controller/run.ts';
import { fencedProvider, fencedTransport } from '../../src/fence.ts';
import { usualPace, whileLeading } from '../../src/kube/election.ts';
import { leaseStore } from '../../src/kube/lease.ts';
import { readService, type Service } from '../../src/model/service.ts';
import { preflight } from '../../src/preflight.ts';
import { inThreadTransport } from '../in-thread-transport.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';
import { type Manifest, type Permission, without } from './permissions.ts';

/** What one can see of a controller that works. */
export type Finding =
  | 'an address'
  | 'the condition'
  | 'Events'
  | 'leading for long'
  | 'a new Service within seconds'
  | 'a new node within seconds'
  | 'repeats counted in one Event'
  | 'everything deleted'
  | 'the Lease of another awaited';

interface World {
  readonly clock: VirtualClock;
  readonly kube: KubeApi;
  readonly cloud: Cloud;
  /** As the administrator. */
  readonly ask: (method: string, path: string, body?: object) => Promise<unknown>;
  readonly within: (seconds: number, condition: () => Promise<boolean>) => Promise<boolean>;
}

const admin = 'admin';

function createWorld(): World {
  const clock = virtualClock();
  const kube = createKubeApi({
    clock,
    seed: 1,
    auth: { tokens: [{ token: admin, user: 'admin', groups: ['system:masters'] }] },
  });
  const transport = inThreadTransport(kube, admin);
  return {
    clock,
    kube,
    cloud: createCloud({ clock }),
    ask: async (method, path, body) => {
      const { status, body: answer } = await transport.request({
        method: method as 'GET',
        path,
        query: {},
        body: body === undefined ? null : JSON.stringify(body),
        contentType: method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
        signal: new AbortController().signal,
      });
      let text = '';
      for await (const chunk of answer) text += new TextDecoder().decode(chunk);
      if (status >= 300 && status !== 404) throw new Error(`${method} ${path}: ${text}`);
      return JSON.parse(text);
    },
    within: async (seconds, condition) => {
      const limit = clock.monotonic() + seconds * 1000;
      while (clock.monotonic() < limit) {
        if (await condition()) return true;
        await clock.advance(50);
      }
      return condition();
    },
  };
}

const collections: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  ServiceAccount: '/api/v1/namespaces/portico-system/serviceaccounts',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/portico-system/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/portico-system/rolebindings',
};

/** Applies the manifests and gives a token of the controller's account. */
async function deploy({ ask }: World, shipped: readonly Manifest[]): Promise<string> {
  for (const manifest of shipped) {
    const path = collections[manifest.kind];
    if (path === undefined) throw new Error(`A ${manifest.kind} is in deploy/base, of which this test knows nothing.`);
    await ask('POST', path, manifest);
  }
  const path = `${collections['ServiceAccount']}/portico/token`;
  const expirationSeconds = 100 * 3600;
  const issued = await ask('POST', path, { spec: { audiences: [], expirationSeconds } });
  return (issued as { readonly status: { readonly token: string } }).status.token;
}

/** The controller as `portico run` puts it together, with the account's token. */
function start({ clock, kube, cloud }: World, token: string): { stop(): Promise<void> } {
  const stop = new AbortController();
  const transport = inThreadTransport(kube, token);
  const provider = createMockProvider({ clock, api: cloudApi(cloud, { clock }) });
  const log = (): void => undefined;
  const run = async (): Promise<void> => {
    await preflight(transport, provider, 'test', log, clock, stop.signal);
    const store = leaseStore(transport, clock, { namespace: 'portico-system', name: 'portico' }, usualPace.retry * 2);
    const identity = `portico-${clock.random()}`;
    await whileLeading(
      { store, clock, identity },
      ({ lease, check }) =>
        runController(
          {
            kube: fencedTransport(transport, check),
            provider: fencedProvider(provider, check),
            clock,
            log,
            observer: noObserver,
            clusterId: 'test',
            claims: classIs(null),
            workers: 4,
            lease,
          },
          stop.signal,
        ),
      stop.signal,
    );
  };
  // Without a permission it may end at once; what is missed then is seen from outside.
  const ended = run().catch(() => undefined);
  return {
    stop: async () => {
      stop.abort();
      await clock.run(ended, 60_000);
    },
  };
}

/** One story with the shipped permissions but one, and what was seen in it. */
export async function findings(taken: Permission | undefined): Promise<Readonly<Record<Finding, boolean>>> {
  const world = createWorld();
  const { ask, within, clock, cloud, kube } = world;
  const services = '/api/v1/namespaces/default/services';
  const service = async (name: string): Promise<Service | undefined> => {
    const answer = (await ask('GET', `${services}/${name}`)) as { readonly kind: string };
    return answer.kind === 'Service' ? readService(answer) : undefined;
  };
  const hasAddress = async (name: string): Promise<boolean> =>
    ((await service(name))?.status.ingress[0]?.ip ?? '') !== '';
  const addNode = (name: string): Promise<unknown> =>
    ask('POST', '/api/v1/nodes', {
      metadata: { name, labels: { 'topology.kubernetes.io/zone': 'zone-a' } },
      spec: { providerID: `mock://machines/${name}` },
    });
  const create = (name: string): Promise<unknown> =>
    ask('POST', services, { metadata: { name }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
  const events = async (): Promise<readonly { readonly reason: string; readonly count: number }[]> =>
    ((await ask('GET', `/api/v1/namespaces/default/events`)) as { items: { reason: string; count: number }[] }).items;
  const lease = '/apis/coordination.k8s.io/v1/namespaces/portico-system/leases/portico';
  const held = async (): Promise<{ readonly holderIdentity?: string; readonly renewTime?: string }> =>
    ((await ask('GET', lease)) as { readonly spec?: object }).spec ?? {};
  const holder = async (): Promise<string> => (await held()).holderIdentity ?? '';
  const renewedLately = async (): Promise<boolean> =>
    Date.parse((await held()).renewTime ?? '') > clock.now() - usualPace.duration;

  const token = await deploy(world, without(taken));
  await addNode('n1');
  await create('web');
  const first = start(world, token);
  const seen: Partial<Record<Finding, boolean>> = {};
  seen['an address'] = await within(10, () => hasAddress('web'));
  seen['the condition'] = (await service('web'))?.status.conditions.some(({ status }) => status === 'True') ?? false;
  seen.Events = await within(5, async () => (await events()).some(({ reason }) => reason === 'EnsuredLoadBalancer'));
  const leader = await holder();
  // Long enough for retries to be far apart: what comes late now comes by a watch or not within seconds.
  await clock.advance(600_000);
  seen['leading for long'] = leader !== '' && (await holder()) === leader && (await renewedLately());
  await create('later');
  seen['a new Service within seconds'] = await within(3, () => hasAddress('later'));
  await addNode('n2');
  seen['a new node within seconds'] = await within(3, async () =>
    [...cloud.records.values()].some(({ body }) => JSON.stringify(body).includes('n2')),
  );
  await ask('PATCH', `${services}/web`, { spec: { ports: [{ port: 81 }] } });
  const counted = async (): Promise<boolean> => (await events()).some(({ count }) => count > 1);
  seen['repeats counted in one Event'] = await within(10, counted);
  await ask('DELETE', `${services}/web`);
  await ask('DELETE', `${services}/later`);
  const gone = async (): Promise<boolean> => !(await service('web')) && !(await service('later'));
  seen['everything deleted'] = (await within(10, gone)) && ![...cloud.records.keys()].some((id) => id.includes('web'));

  // A second process awaits its turn, and takes over when the first ends.
  const second = start(world, token);
  await clock.advance(10_000);
  const waited = leader !== '' && (await holder()) === leader;
  await first.stop();
  const handedOver = await within(10, async () => !['', leader].includes(await holder()));
  seen['the Lease of another awaited'] = waited && handedOver;
  await second.stop();
  kube.close();
  return seen as Record<Finding, boolean>;
}
