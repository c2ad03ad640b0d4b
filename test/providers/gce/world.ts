import { createGceProvider, restWire } from '../../../providers/gce/index.ts';
import { sdkWire } from '../../../providers/gce/compute/sdk.ts';
import type { Wire } from '../../../providers/gce/compute/wire.ts';
import { httpTransport } from '../../../providers/gce/compute/http.ts';
import { noAuthorization } from '../../../providers/gce/compute/credentials.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../../providers/gce/compute/transport.ts';
import type { GceSettings } from '../../../providers/gce/config.ts';
import type { Call, Fault, World } from '../../../providers/conformance/index.ts';
import { createGceCloud, type GceCloud, type GceCloudOptions } from '../../../mocks/gce-compute/cloud.ts';
import { startGceCompute } from '../../../mocks/gce-compute/server.ts';
import { PorticoError } from '../../../src/errors.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import type { Provider } from '../../../src/provider.ts';
import { virtualClock } from '../../virtual-clock.ts';
import { systemClock, type Clock } from '../../../src/clock.ts';
import {
  ask,
  edits,
  inThread,
  kindOfId,
  lasting,
  must,
  pathOfId,
  plant,
  project,
  region,
  resourcesOf,
  zones,
} from './others.ts';

export interface GceWorldOptions {
  readonly latencyMs?: number;
  readonly settings?: Partial<GceSettings>;
  readonly quotas?: GceCloudOptions['quotas'];
  /** Options that every Service has. */
  readonly options?: LoadBalancerIntent['options'];
  /** Shared VPC: this project keeps the network, and lets us do nothing there. */
  readonly hostProject?: string;
}

export interface GceWorld extends World {
  readonly cloud: GceCloud;
  readonly clock: Clock;
}

/** The adapter over the state machine of the Compute API in the same thread, under a virtual clock. */
export async function gceWorld(options: GceWorldOptions = {}): Promise<GceWorld> {
  const { latencyMs = 0, settings = {}, quotas, hostProject } = options;
  const wished = options.options ?? {};
  const clock = virtualClock();
  const cloud = createGceCloud({ clock, project, region, zones, operationLatencyMs: latencyMs, quotas });
  const inner = hostProject === undefined ? inThread(cloud) : closedProject(inThread(cloud), hostProject);
  const shared = hostProject === undefined ? settings : { ...settings, networkProject: hostProject };
  const closing = new AbortController();
  /** Time goes on by itself whenever everybody waits. */
  const passing = (async () => {
    while (!closing.signal.aborted) {
      await clock.settle();
      if (clock.pending > 0) await clock.advance(5);
    }
  })();
  const world = await worldOver(cloud, clock, shared, { inner, wireOver: restWire }, async () => {
    closing.abort();
    await passing;
  });
  const provider = (): Provider => {
    const plain = world.provider();
    const desired: Provider['desired'] = (intent, sticky) =>
      plain.desired({ ...intent, options: { ...wished, ...intent.options } }, sticky);
    return { ...plain, desired };
  };
  return { ...world, provider };
}

/** Refuses whatever is asked of another project. */
export const closedProject = (inner: Transport, closed: string): Transport => ({
  send: async (request, signal) =>
    request.path.includes(`/projects/${closed}/`)
      ? failure({ when: 'before', code: 'denied' })
      : inner.send(request, signal),
  close: () => inner.close(),
});

/** Waits are shortened, not skipped. */
const hurried: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * 50,
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
};

/** The official client takes a quarter of a second to come up: all worlds have the same one, as `portico run` loads it, and say where it leads. */
let leadsTo: Transport | undefined;
const official = sdkWire(
  {
    send: async (request, signal) => {
      if (!leadsTo) throw new Error('no world is open');
      return leadsTo.send(request, signal);
    },
    close: () => Promise.resolve(),
  },
  project,
  true,
);

/** The adapter with the official client over HTTP, as it runs in a cluster. */
export async function gceHttpWorld({ latencyMs = 0, settings = {} }: GceWorldOptions = {}): Promise<GceWorld> {
  const server = await startGceCompute({ project, region, zones, operationLatencyMs: latencyMs });
  const inner = httpTransport({ origin: server.url, authorization: noAuthorization });
  const wireOver = (transport: Transport): Wire => {
    leadsTo = transport;
    return official;
  };
  return worldOver(server.cloud, hurried, settings, { inner, wireOver }, async () => {
    await inner.close();
    await server.close();
  });
}

async function worldOver(
  cloud: GceCloud,
  clock: Clock,
  settings: Partial<GceSettings>,
  { inner, wireOver }: { readonly inner: Transport; readonly wireOver: (transport: Transport) => Wire },
  close: () => Promise<void>,
): Promise<GceWorld> {
  // A subnetwork has either external or internal IPv6 ranges.
  await must(cloud, 'POST', `regions/${region}/subnetworks`, {
    name: 'inside',
    network: 'global/networks/default',
    ipCidrRange: '10.99.0.0/20',
    stackType: 'IPV4_IPV6',
    ipv6AccessType: 'INTERNAL',
  });
  let hook: ((call: Call) => Fault | undefined) | undefined;
  let reserved = 0;
  const machines = new Set<string>();
  const transport: Transport = {
    send: async (request, signal) => {
      const fault = hook?.({ writes: isWrite(request) });
      if (!fault) return inner.send(request, signal);
      if (fault.when === 'after') await inner.send(request, signal);
      return failure(fault);
    },
    close: () => Promise.resolve(),
  };
  return {
    cloud,
    clock,
    zones,
    provider: () =>
      createGceProvider(
        { project, region, internalIpv6Subnetwork: 'inside', ...settings },
        { clock, wire: wireOver(transport), writesPerSecond: 100_000, readsPerSecond: 100_000 },
      ),
    addMachine: async (name, zone) => {
      if (!machines.has(name)) cloud.addInstance({ name, zone });
      machines.add(name);
      return { name, zone, providerId: `gce://${project}/${zone}/${name}` };
    },
    snapshot: async () =>
      new Map(
        Object.entries(resourcesOf(cloud))
          .filter(([key]) => !key.includes('/instances/'))
          .map(([key, body]) => [key, JSON.stringify(lasting(body))]),
      ),
    plant: (id) => plant(cloud, id),
    remove: async (id) => {
      const answer = await ask(cloud, 'DELETE', pathOfId(id));
      return answer.status < 300;
    },
    edit: async (id) => {
      const patch = edits[kindOfId(id)];
      if (!patch) return false;
      const path = pathOfId(id);
      const present = JSON.parse((await ask(cloud, 'GET', path)).body) as { fingerprint?: string };
      const body = present.fingerprint === undefined ? patch : { ...patch, fingerprint: present.fingerprint };
      return (await ask(cloud, 'PATCH', path, body)).status < 300;
    },
    reserveAddress: async (scheme, family) => {
      reserved += 1;
      const name = `static-${reserved}`;
      await must(cloud, 'POST', `regions/${region}/addresses`, {
        name,
        addressType: scheme.toUpperCase(),
        ...(family === 'ipv6' ? { ipVersion: 'IPV6' } : {}),
        ...(family === 'ipv6' && scheme === 'external' ? { ipv6EndpointType: 'NETLB' } : {}),
        ...(family === 'ipv6' || scheme === 'internal' ? { subnetwork: `regions/${region}/subnetworks/default` } : {}),
      });
      const body = resourcesOf(cloud)[`regions/${region}/addresses/${name}`];
      return { name, ip: String(body?.['address']) };
    },
    intercept: (next) => {
      hook = next;
    },
    close,
  };
}

const isWrite = ({ method, path }: HttpRequest): boolean =>
  method !== 'GET' && !/\/(wait|listInstances|listNetworkEndpoints)(\?|$)/.test(path);

const faults = {
  transient: [503, 'backendError'],
  throttled: [403, 'rateLimitExceeded'],
  denied: [403, 'forbidden'],
  quota: [403, 'quotaExceeded'],
} as const;

function failure({ code }: Fault): HttpAnswer {
  if (code === 'unreachable') throw new PorticoError('unreachable', 'The connection broke.');
  const [status, reason] = faults[code];
  const body = JSON.stringify({
    error: { code: status, message: 'planted', errors: [{ reason, message: 'planted' }] },
  });
  return { status, headers: {}, body };
}
