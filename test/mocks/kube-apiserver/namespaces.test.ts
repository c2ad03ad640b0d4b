import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKubeApi, type KubeApi } from '../../../mocks/index.ts';
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts';
import { ask, textOfAnswer } from './ask.ts';

let clock: VirtualClock;
let api: KubeApi;

beforeEach(async () => {
  clock = virtualClock();
  api = createKubeApi({ clock, seed: 1 });
  await ask(api, 'POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
});
afterEach(() => api.close());

const statusOf = async (method: string, path: string, body?: unknown): Promise<number> =>
  (await ask(api, method, path, body)).status;
const configMap = (finalizers: readonly string[]) => ({ metadata: { name: 'held', finalizers } });
const held = '/api/v1/namespaces/shop/configmaps/held';

test('a deleted namespace is Terminating, takes nothing new, and goes with its content', async () => {
  await ask(api, 'POST', '/api/v1/namespaces/shop/services', {
    metadata: { name: 'a' },
    spec: { ports: [{ port: 80 }] },
  });
  const deleted = JSON.parse(textOfAnswer(await ask(api, 'DELETE', '/api/v1/namespaces/shop'))) as {
    metadata: { deletionTimestamp?: string };
    status: { phase: string };
  };
  expect(deleted.metadata.deletionTimestamp).toBeDefined();
  expect(deleted.status.phase).toBe('Terminating');
  expect(await statusOf('POST', '/api/v1/namespaces/shop/configmaps', configMap([]))).toBe(403);
  expect(await statusOf('GET', '/api/v1/namespaces/shop/services/a')).toBe(200);
  await clock.advance(5000);
  expect(await statusOf('GET', '/api/v1/namespaces/shop/services/a')).toBe(404);
  expect(await statusOf('GET', '/api/v1/namespaces/shop')).toBe(404);
  expect(clock.pending).toBe(0);
});

test('content that a finalizer holds keeps the namespace until it is released', async () => {
  await ask(api, 'POST', '/api/v1/namespaces/shop/configmaps', configMap(['example.com/one']));
  await ask(api, 'DELETE', '/api/v1/namespaces/shop');
  await clock.advance(60_000);
  expect(await statusOf('GET', '/api/v1/namespaces/shop')).toBe(200);
  const headers = { 'content-type': 'application/merge-patch+json' };
  await ask(api, 'PATCH', held, { metadata: { finalizers: null } }, { headers });
  expect(await statusOf('GET', held)).toBe(404);
  await clock.advance(5000);
  expect(await statusOf('GET', '/api/v1/namespaces/shop')).toBe(404);
});

test('a finalizer of its spec is taken away through finalize only', async () => {
  const finalizer = { metadata: { name: 'kept' }, spec: { finalizers: ['example.com/own'] } };
  await ask(api, 'POST', '/api/v1/namespaces', finalizer);
  await ask(api, 'DELETE', '/api/v1/namespaces/kept');
  await clock.advance(5000);
  expect(await statusOf('GET', '/api/v1/namespaces/kept')).toBe(200);
  const released = { metadata: { name: 'kept' }, spec: {} };
  await ask(api, 'PUT', '/api/v1/namespaces/kept', released);
  expect(await statusOf('GET', '/api/v1/namespaces/kept')).toBe(200);
  expect(await statusOf('PUT', '/api/v1/namespaces/kept/finalize', released)).toBe(200);
  expect(await statusOf('GET', '/api/v1/namespaces/kept')).toBe(404);
});

test.each(['default', 'kube-system', 'kube-public'])('namespace %s cannot be deleted', async (name) => {
  expect(await statusOf('DELETE', `/api/v1/namespaces/${name}`)).toBe(403);
});

test('a closed server leaves no timer behind', async () => {
  await ask(api, 'DELETE', '/api/v1/namespaces/shop');
  expect(clock.pending).toBe(1);
  api.close();
  expect(clock.pending).toBe(0);
});
