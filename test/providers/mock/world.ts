import { nameOf, type ResourceId } from '../../../src/graph/resource.ts';
import type { World } from '../../../providers/conformance/index.ts';
import { type Cloud, type CloudOptions, createCloud } from '../../../providers/mock/cloud.ts';
import { type CloudApi, cloudApi } from '../../../providers/mock/cloud-api.ts';
import type { Body } from '../../../providers/mock/cloud-rules.ts';
import { createMockProvider } from '../../../providers/mock/index.ts';
import type { Provider } from '../../../src/provider.ts';
import { virtualClock } from '../../virtual-clock.ts';

export interface MockWorldOptions extends Omit<CloudOptions, 'clock'> {
  /** Stands between the suite and the provider, to plant a defect. */
  readonly wrap?: (provider: Provider, cloud: Cloud, api: CloudApi) => Provider;
}

/** The mock provider's world: an in-memory cloud, and other people's hands on it. */
export async function mockWorld({ wrap = (provider) => provider, ...options }: MockWorldOptions = {}): Promise<World> {
  const clock = virtualClock();
  const cloud = createCloud({ ...options, clock });
  const api = cloudApi(cloud, { clock });
  let reserved = 0;
  const closing = new AbortController();
  /** Time goes on by itself whenever everybody waits. */
  const passing = (async () => {
    while (!closing.signal.aborted) {
      await clock.settle();
      if (clock.pending > 0) await clock.advance(1);
    }
  })();
  return {
    zones: ['zone-a', 'zone-b', 'zone-c'],
    provider: () => wrap(createMockProvider({ clock, api }), cloud, api),
    addMachine: async (name, zone) => ({ name, zone, providerId: `mock://${zone}/${name}` }),
    snapshot: async () =>
      new Map(
        [...cloud.records.values()].map(({ id, body, description, ip }) => [
          id,
          JSON.stringify([body, description, ip]),
        ]),
      ),
    plant: (id) => plant(cloud, id),
    remove: async (id) => {
      // Reservations get lost in this cloud although they are in use: the rule goes on listening.
      if (id.startsWith('address/')) cloud.lose(id);
      else if ([...cloud.records.values()].some((record) => record.uses.includes(id))) return false;
      else await cloud.finished(cloud.remove(id));
      return true;
    },
    edit: async (id) => {
      const fields = edits[id.slice(0, id.indexOf('/'))];
      if (!fields) return false;
      await cloud.finished(cloud.patch(id, fields));
      return true;
    },
    reserveAddress: async (scheme, family) => {
      reserved += 1;
      const id: ResourceId = `address/static-${reserved}`;
      await cloud.finished(cloud.insert(id, { scheme, family, ip: null }, 'reserved by a person'));
      return { name: nameOf(id), ip: cloud.records.get(id)?.ip ?? '' };
    },
    intercept: (hook) => {
      api.intercept(hook);
    },
    close: async () => {
      closing.abort();
      await passing;
    },
  };
}

const edits: Readonly<Record<string, Body>> = {
  'health-check': { port: 1 },
  'backend-service': { affinitySeconds: 7 },
  firewall: { sources: ['192.0.2.99/32'] },
  'instance-group': { nodes: ['stranger'] },
};

const healthCheck = {
  protocol: 'tcp',
  port: 7,
  path: null,
  intervalSeconds: 60,
  timeoutSeconds: 5,
  healthyThreshold: 9,
  unhealthyThreshold: 9,
};

/** Puts a resource there, and before it what it needs, all without a mark. */
async function plant(cloud: Cloud, id: ResourceId): Promise<void> {
  const support = async (kind: string): Promise<{ link: ResourceId }> => {
    const link: ResourceId = `${kind}/somebodys-${kind}`;
    if (!cloud.records.has(link)) await plant(cloud, link);
    return { link };
  };
  const bodies: Readonly<Record<string, () => Promise<Body>>> = {
    address: async () => ({ scheme: 'external', family: 'ipv4', ip: null }),
    'health-check': async () => healthCheck,
    'backend-service': async () => ({
      scheme: 'external',
      healthCheck: await support('health-check'),
      groups: [],
      affinitySeconds: null,
    }),
    'forwarding-rule': async () => ({
      scheme: 'external',
      family: 'ipv4',
      address: await support('address'),
      ports: [`tcp/${10_000 + cloud.records.size}`],
      backend: await support('backend-service'),
    }),
    firewall: async () => ({ destination: null, ports: 'all', sources: ['192.0.2.1/32'] }),
    'instance-group': async () => ({ zone: 'zone-a', nodes: [] }),
  };
  const body = await bodies[id.slice(0, id.indexOf('/'))]?.();
  await cloud.finished(cloud.insert(id, body ?? {}, 'made by hand'));
}
