import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type KubeApi, kubeApi } from '../../src/kube/api.ts';
import { type LeaseRecord, type LeaseStore, leaseStore } from '../../src/kube/lease.ts';
import type { KubeRequest, KubeTransport } from '../../src/kube/transport.ts';
import { virtualClock } from '../virtual-clock.ts';
import { permissions } from './permissions.ts';

/** Every request that the ports to the API server can send, one by one: a method added to one of them does not compile here. */
async function requests(): Promise<readonly KubeRequest[]> {
  const sent: KubeRequest[] = [];
  const transport: KubeTransport = {
    request: async (request) => {
      sent.push(request);
      const [kind, name] = request.path.includes('/leases') ? ['Lease', 'portico'] : ['Service', object.name];
      const text = JSON.stringify({ kind, metadata: { ...object, name, resourceVersion: '1' } });
      return { status: 200, headers: {}, body: [new TextEncoder().encode(text)] as never };
    },
    close: async () => undefined,
  };
  const clock = virtualClock();
  const { signal } = new AbortController();
  const object = { kind: 'Service', namespace: 'shop', name: 'web', uid: 'u' } as const;
  const stamps = { firstTimestamp: '', lastTimestamp: '' };
  const record: LeaseRecord = { holder: 'a', durationSeconds: 1, acquireTime: '', renewTime: '', transitions: 0 };
  const kube = kubeApi(transport, clock);
  const store = leaseStore(transport, clock, { namespace: 'portico-system', name: 'portico' }, 1000);
  const calls: Readonly<Record<keyof KubeApi | keyof LeaseStore, () => Promise<unknown>>> = {
    patchService: () => kube.patchService(object, [], signal),
    createEvent: () =>
      kube.createEvent({ name: 'e', object, type: 'Normal', reason: 'R', message: 'm', count: 1, ...stamps }, signal),
    countEvent: () => kube.countEvent({ name: 'e', object, count: 2, lastTimestamp: '' }, signal),
    read: () => store.read(signal),
    create: () => store.create(record, signal),
    update: () => store.update({ ...record, resourceVersion: '1' }, record, signal),
  };
  for (const call of Object.values(calls)) await call();
  return sent;
}

/** As the API server's authorization names it. */
function permissionOf({ method, path }: Pick<KubeRequest, 'method' | 'path'>): string {
  const [, resource = '', name, subresource] =
    /^\/(?:api\/v1|apis\/[^/]+\/v1)(?:\/namespaces\/[^/]+)?\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/.exec(path) ?? [];
  const verbs = {
    GET: name === undefined ? 'list' : 'get',
    POST: 'create',
    PATCH: 'patch',
    PUT: 'update',
    DELETE: 'delete',
  };
  return `${[resource, ...(subresource === undefined ? [] : [subresource])].join('/')} ${verbs[method]}`;
}

/** What is listed and watched stands in the source as a path of its own. */
function listed(): readonly string[] {
  const root = join(import.meta.dirname, '../../src');
  const paths = globSync('{controller,kube}/**/*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/'\/api\/v1\/([a-z]+)'/g)].map(([, resource = '']) => resource),
  );
  return [...new Set(paths)];
}

test('the shipped roles allow what the controller can ask, and nothing else', async () => {
  const asked = (await requests()).map(permissionOf);
  const watched = listed().flatMap((resource) => [`${resource} list`, `${resource} watch`]);
  expect(watched.length).toBeGreaterThanOrEqual(4);
  const shipped = permissions.map(({ resource, verb }) => `${resource} ${verb}`);
  expect([...new Set([...asked, ...watched])].toSorted()).toEqual(shipped.toSorted());
});
