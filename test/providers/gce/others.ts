import { nameOf, type ResourceId } from '../../../src/graph/resource.ts';
import type { GceCloud } from '../../../mocks/gce-compute/cloud.ts';
import { collections } from '../../../providers/gce/compute/calls.ts';
import type { HttpAnswer, Transport } from '../../../providers/gce/index.ts';
import { isKind, kindOf } from '../../../providers/gce/kinds/kinds.ts';
import { PorticoError } from '../../../src/errors.ts';

/** The hands of other people on the mock cloud, and what they see there. */
export const project = 'portico';
export const region = 'us-central1';
export const zones = ['us-central1-a', 'us-central1-b', 'us-central1-c'];

/** The cloud without sockets. */
export function inThread(cloud: GceCloud): Transport {
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

export type Json = Readonly<Record<string, unknown>>;

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
export const lasting = (body: Json): Json =>
  Object.fromEntries(
    Object.entries(body)
      .filter(([field]) => !stamped.has(field))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

export const kindOfId = (id: ResourceId): string => id.slice(0, id.indexOf('/'));

export function pathOfId(id: ResourceId): string {
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

export const edits: Readonly<Record<string, Json>> = {
  'health-check': { checkIntervalSec: 77 },
  'backend-service': { sessionAffinity: 'CLIENT_IP_PROTO' },
  firewall: { sourceRanges: ['192.0.2.99/32'] },
};

/** Puts a resource there, and before it what it needs, all without a mark. */
export async function plant(cloud: GceCloud, id: ResourceId): Promise<void> {
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
