import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKubeApi, type KubeApi } from '../../../mocks/index.ts';
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts';
import { ask, textOfAnswer } from './ask.ts';

let clock: VirtualClock;
let api: KubeApi;

interface Pod {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionGracePeriodSeconds?: number;
    readonly resourceVersion: string;
  };
}

const pods = '/api/v1/namespaces/default/pods';
const podOf = async (method: string, path: string, body?: unknown): Promise<Pod> =>
  JSON.parse(textOfAnswer(await ask(api, method, path, body))) as Pod;
const isThere = async (): Promise<boolean> => (await ask(api, 'GET', `${pods}/a`)).status === 200;
const create = (nodeName?: string) =>
  podOf('POST', pods, {
    metadata: { name: 'a', labels: { app: 'kubia' } },
    spec: { containers: [{ name: 'c', image: 'i' }], ...(nodeName === undefined ? {} : { nodeName }) },
  });

beforeEach(async () => {
  clock = virtualClock();
  api = createKubeApi({ clock, seed: 1 });
  const labels = { 'topology.kubernetes.io/zone': 'z-b', 'topology.kubernetes.io/region': 'z', other: 'x' };
  await ask(api, 'POST', '/api/v1/nodes', { metadata: { name: 'n1', labels } });
});
afterEach(() => api.close());

test("a pod made on a node has that node's zone and region", async () => {
  const { metadata } = await create('n1');
  expect(metadata.labels).toEqual({
    app: 'kubia',
    'topology.kubernetes.io/region': 'z',
    'topology.kubernetes.io/zone': 'z-b',
  });
});

test('a running pod is gone when its grace period is over', async () => {
  await create('n1');
  const { metadata } = await podOf('DELETE', `${pods}/a`);
  expect(metadata.deletionGracePeriodSeconds).toBe(30);
  await clock.advance(29_000);
  expect(await isThere()).toBe(true);
  await clock.advance(1000);
  expect(await isThere()).toBe(false);
});

test('a shorter grace period takes over, none at all deletes at once', async () => {
  await create('n1');
  await podOf('DELETE', `${pods}/a`);
  await podOf('DELETE', `${pods}/a?gracePeriodSeconds=5`);
  await clock.advance(4000);
  expect(await isThere()).toBe(true);
  const { metadata } = await podOf('DELETE', `${pods}/a?gracePeriodSeconds=0`);
  expect(metadata.deletionGracePeriodSeconds).toBe(0);
  expect(await isThere()).toBe(false);
  expect(clock.pending).toBe(0);
});

test('a pod without a node goes at once', async () => {
  await create();
  await podOf('DELETE', `${pods}/a`);
  expect(await isThere()).toBe(false);
});
