import { nameOf, type ResourceId } from '../../../src/graph/resource.ts';
import { createGceProvider, restWire } from '../../../providers/gce/index.ts';
import { sdkWire } from '../../../providers/gce/compute/sdk.ts';
import type { Wire } from '../../../providers/gce/compute/wire.ts';
import { collections } from '../../../providers/gce/compute/calls.ts';
import { httpTransport } from '../../../providers/gce/compute/http.ts';
import { noAuthorization } from '../../../providers/gce/compute/credentials.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../../providers/gce/compute/transport.ts';
import type { GceSettings } from '../../../providers/gce/config.ts';
import { isKind, kindOf } from '../../../providers/gce/kinds/kinds.ts';
import type { Call, Fault, World } from '../../../providers/conformance/index.ts';
import { createGceCloud, type GceCloud, type GceCloudOptions } from '../../../mocks/gce-compute/cloud.ts';
import { startGceCompute } from '../../../mocks/gce-compute/server.ts';
import { PorticoError } from '../../../src/errors.ts';
import { virtualClock } from '../../virtual-clock.ts';
import { systemClock, type Clock } from '../../../src/clock.ts';

export const project = 'portico';
export const region = 'us-central1';
export const zones = ['us-central1-a', 'us-central1-b', 'us-central1-c'];

export interface GceWorldOptions {
  readonly latencyMs?: number;
  readonly settings?: Partial<GceSettings>;
  readonly quotas?: GceCloudOptions['quotas'];
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
  return worldOver(cloud, clock, shared, { inner, wireOver: restWire }, async () => {
    closing.abort();
    await passing;
  });
}

/** Refuses whatever is asked of another project. */
const closedProject = (inner: Transport, closed: string): Transport => ({
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

/** The official client takes a quarter of a second to come up: all worlds have the same, and say where it leads. */
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

/** The cloud without sockets. */
function inThread(cloud: GceCloud): Transport {
  return {
    send: async ({ method, path, headers, body }, signal) => {
      if (signal.aborted) throw new PorticoError('aborted', 'Stopped.');
      const answer = await cloud
        .handle({ method, path, headers, body: body === undefined ? undefined : Buffer.from(body), signal })
        .catch((cause: unknown) => {
          throw new PorticoError(signal.aborted ? 'aborted' : 'unreachable', 'No answer.', { cause });
        });
      return { status: answer.status, headers: answer.headers, body: Buffer.from(answer.body).toString('utf8') };
    },
    close: () => Promise.resolve(),
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

type Json = Readonly<Record<string, unknown>>;

export const resourcesOf = (cloud: GceCloud): Readonly<Record<string, Json>> =>
  (cloud.snapshot() as { resources: Record<string, Json> }).resources;

/** Without what the cloud counts or stamps by itself. */
const stamped = new Set([
  'id',
  'creationTimestamp',
  'fingerprint',
  'labelFingerprint',
  'status',
  'users',
  'usedBy',
  'size',
]);
const lasting = (body: Json): Json =>
  Object.fromEntries(
    Object.entries(body)
      .filter(([field]) => !stamped.has(field))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

const kindOfId = (id: ResourceId): string => id.slice(0, id.indexOf('/'));

function pathOfId(id: ResourceId): string {
  return `${collectionOf(id)}/${nameOf(id)}`;
}

function collectionOf(id: ResourceId): string {
  const kind = kindOfId(id);
  if (!isKind(kind)) throw new Error(`${id} is of no kind`);
  const { scope, segment } = collections[kindOf(kind).collection];
  const zone = zones.find((each) => id.endsWith(each)) ?? zones[0];
  return `${scope === 'global' ? 'global' : scope === 'region' ? `regions/${region}` : `zones/${zone}`}/${segment}`;
}

/** A call of somebody else's, waited for. */
export async function ask(cloud: GceCloud, method: string, path: string, body?: Json): Promise<HttpAnswer> {
  const request = {
    method,
    path: `/compute/v1/projects/${project}/${path}`,
    headers: { 'content-type': 'application/json' },
  };
  const answer = await inThread(cloud).send(
    body === undefined ? request : { ...request, body: JSON.stringify(body) },
    new AbortController().signal,
  );
  const operation = JSON.parse(answer.body === '' ? '{}' : answer.body) as {
    kind?: string;
    name?: string;
    status?: string;
  };
  if (answer.status < 300 && operation.kind === 'compute#operation' && operation.status !== 'DONE') {
    const scope = path.startsWith('global') ? 'global' : path.split('/').slice(0, 2).join('/');
    await ask(cloud, 'POST', `${scope}/operations/${operation.name ?? ''}/wait`);
  }
  return answer;
}

/** The same, and it must not be refused. */
export async function must(cloud: GceCloud, method: string, path: string, body: Json): Promise<void> {
  const answer = await ask(cloud, method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.body}`);
}

const edits: Readonly<Record<string, Json>> = {
  'health-check': { checkIntervalSec: 77 },
  'backend-service': { sessionAffinity: 'CLIENT_IP_PROTO' },
  firewall: { sourceRanges: ['192.0.2.99/32'] },
};

/** Puts a resource there, and before it what it needs, all without a mark. */
async function plant(cloud: GceCloud, id: ResourceId): Promise<void> {
  const support = async (kind: string): Promise<string> => {
    const other: ResourceId = `${kind}/somebodys-${kind}`;
    if (!(pathOfId(other) in resourcesOf(cloud))) await plant(cloud, other);
    return `projects/${project}/${pathOfId(other)}`;
  };
  const bodies: Readonly<Record<string, () => Promise<Json>>> = {
    address: async () => ({}),
    'health-check': async () => ({ type: 'TCP', tcpHealthCheck: { port: 7 } }),
    'backend-service': async () => ({
      loadBalancingScheme: 'EXTERNAL',
      protocol: 'TCP',
      healthChecks: [await support('health-check')],
    }),
    'forwarding-rule': async () => ({
      loadBalancingScheme: 'EXTERNAL',
      IPProtocol: 'TCP',
      ports: ['10000'],
      backendService: await support('backend-service'),
    }),
    firewall: async () => ({ allowed: [{ IPProtocol: 'tcp', ports: ['1'] }], sourceRanges: ['192.0.2.1/32'] }),
    'instance-group': async () => ({}),
    'endpoint-group': async () => ({
      networkEndpointType: 'GCE_VM_IP',
      network: 'global/networks/default',
      subnetwork: `regions/${region}/subnetworks/default`,
    }),
  };
  const body = await bodies[kindOfId(id)]?.();
  await must(cloud, 'POST', collectionOf(id), { name: nameOf(id), description: 'made by hand', ...body });
}
