import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployment, inDefault, type KubeThing, mergePatch, type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
const path = `${inDefault.deployments}/kubia`;

beforeEach(async () => {
  cluster = await testCluster();
});
afterEach(() => cluster.api.close());

const read = () => cluster.request('GET', path);
const condition = (object: KubeThing, type: string): { status: string; reason: string } | undefined =>
  object.status.conditions?.find((each: { type: string }) => each.type === type);
const images = async (): Promise<readonly string[]> =>
  (await cluster.pods()).map(({ spec }) => String(spec.containers[0].image));
const setImage = (image: string) =>
  cluster.request(
    'PATCH',
    path,
    { spec: { template: { spec: { containers: [{ name: 'kubia', image }] } } } },
    'application/strategic-merge-patch+json',
  );
const revisions = async (): Promise<readonly string[]> =>
  (await cluster.list(inDefault.sets))
    .map(({ metadata, spec }) => `${metadata.annotations?.['deployment.kubernetes.io/revision']}:${spec.replicas}`)
    .toSorted();

test('a Deployment becomes ReplicaSet, pods on all nodes, addresses, and says that it is done', async () => {
  await cluster.request('POST', inDefault.deployments, deployment(3));
  await cluster.clock.advance(2000);
  const pods = await cluster.pods();
  expect(pods.map(({ spec }) => String(spec.nodeName)).toSorted()).toEqual(['node-1', 'node-2', 'node-3']);
  expect(pods.map(({ status }) => status.phase)).toEqual(['Running', 'Running', 'Running']);
  expect(new Set(pods.map(({ status }) => status.podIP)).size).toBe(3);
  const [set] = await cluster.list(inDefault.sets);
  expect(set?.metadata.name).toMatch(/^kubia-[bcdfghjklmnpqrstvwxz2456789]+$/);
  expect(set?.metadata.labels?.['pod-template-hash']).toBe(set?.metadata.name.slice('kubia-'.length));
  const done = await read();
  expect(done.status).toMatchObject({
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: done.metadata.generation,
  });
  expect(condition(done, 'Available')?.status).toBe('True');
  expect(condition(done, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  expect(done.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
});

test('once done, nothing is written any more but leases', async () => {
  await cluster.request('POST', inDefault.deployments, deployment(3));
  await cluster.request('POST', inDefault.services, {
    metadata: { name: 'kubia' },
    spec: { selector: { app: 'kubia' }, ports: [{ port: 80 }] },
  });
  await cluster.clock.advance(20_000);
  const versions = () =>
    cluster.api.store
      .resources()
      .filter((each) => !each.includes('leases'))
      .map((each) => cluster.api.store.list(each, '').objects.map(({ metadata }) => metadata['resourceVersion']));
  const before = versions();
  await cluster.clock.advance(600_000);
  expect(versions()).toEqual(before);
});

describe('a new template', () => {
  test.each(
    [
      { replicas: 4, maxSurge: 1, maxUnavailable: 0 },
      { replicas: 4, maxSurge: 0, maxUnavailable: 1 },
      { replicas: 10, maxSurge: '25%', maxUnavailable: '25%' },
      { replicas: 3, maxSurge: '100%', maxUnavailable: 0 },
    ].slice(0, 4),
  )(
    'rolls out within maxSurge $maxSurge and maxUnavailable $maxUnavailable of $replicas',
    async ({ replicas, maxSurge, maxUnavailable }) => {
      const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
      await cluster.request('POST', inDefault.deployments, deployment(replicas, 'kubia:1', { strategy }));
      await cluster.clock.advance(5000);
      const part = (value: number | string, round: (x: number) => number): number =>
        typeof value === 'number' ? value : round((Number.parseInt(value, 10) * replicas) / 100);
      const [most, least] = [replicas + part(maxSurge, Math.ceil), replicas - part(maxUnavailable, Math.floor)];
      const counts: { living: number; ready: number }[] = [];
      const unsubscribe = cluster.api.store.subscribe('/pods', () => {
        const living = cluster.api.store
          .list('/pods', '')
          .objects.filter(({ metadata }) => metadata['deletionTimestamp'] === undefined) as unknown as KubeThing[];
        counts.push({
          living: living.length,
          ready: living.filter((pod) => condition(pod, 'Ready')?.status === 'True').length,
        });
      });
      await setImage('kubia:2');
      await cluster.clock.advance(60_000);
      unsubscribe();
      expect(await images()).toEqual(Array.from({ length: replicas }, () => 'kubia:2'));
      expect(Math.max(...counts.map(({ living }) => living))).toBeLessThanOrEqual(most);
      expect(Math.min(...counts.map(({ ready }) => ready))).toBeGreaterThanOrEqual(least);
      expect(await revisions()).toEqual(['1:0', `2:${replicas}`]);
    },
  );

  test('with Recreate begins when the last old pod is gone', async () => {
    await cluster.request('POST', inDefault.deployments, deployment(3, 'kubia:1', { strategy: { type: 'Recreate' } }));
    await cluster.clock.advance(2000);
    const mixed: boolean[] = [];
    const unsubscribe = cluster.api.store.subscribe('/pods', () => {
      const pods = cluster.api.store.list('/pods', '').objects as unknown as KubeThing[];
      mixed.push(new Set(pods.map(({ spec }) => spec.containers[0].image)).size > 1);
    });
    await setImage('kubia:2');
    await cluster.clock.advance(10_000);
    unsubscribe();
    expect(mixed).not.toContain(true);
    expect(await images()).toEqual(['kubia:2', 'kubia:2', 'kubia:2']);
  });

  test('that was there before is taken up again under a new revision', async () => {
    await cluster.request('POST', inDefault.deployments, deployment(2));
    await cluster.clock.advance(2000);
    await setImage('kubia:2');
    await cluster.clock.advance(10_000);
    await setImage('kubia:1');
    await cluster.clock.advance(10_000);
    expect(await revisions()).toEqual(['2:0', '3:2']);
    const sets = await cluster.list(inDefault.sets);
    expect(
      sets.map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision-history'] ?? '').toSorted(),
    ).toEqual(['', '1']);
    expect((await read()).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  test('leaves no more old ReplicaSets than the history limit', async () => {
    await cluster.request('POST', inDefault.deployments, deployment(1, 'kubia:1', { revisionHistoryLimit: 2 }));
    for (const image of ['kubia:2', 'kubia:3', 'kubia:4', 'kubia:5']) {
      await cluster.clock.advance(10_000);
      await setImage(image);
    }
    await cluster.clock.advance(10_000);
    expect(await revisions()).toEqual(['3:0', '4:0', '5:1']);
  });

  test('waits while the Deployment is paused', async () => {
    await cluster.request('POST', inDefault.deployments, deployment(2));
    await cluster.clock.advance(2000);
    await cluster.request('PATCH', path, { spec: { paused: true } }, mergePatch);
    await setImage('kubia:2');
    await cluster.clock.advance(10_000);
    expect(await images()).toEqual(['kubia:1', 'kubia:1']);
    expect(condition(await read(), 'Progressing')?.reason).toBe('DeploymentPaused');
    await cluster.request('PATCH', path, { spec: { paused: null } }, mergePatch);
    await cluster.clock.advance(10_000);
    expect(await images()).toEqual(['kubia:2', 'kubia:2']);
  });
});

test('a rollout that does not come on is told after the deadline', async () => {
  for (const node of ['node-1', 'node-2', 'node-3']) {
    await cluster.request('PATCH', `/api/v1/nodes/${node}`, { spec: { unschedulable: true } }, mergePatch);
  }
  await cluster.request('POST', inDefault.deployments, deployment(2, 'kubia:1', { progressDeadlineSeconds: 30 }));
  await cluster.clock.advance(29_000);
  expect(condition(await read(), 'Progressing')?.status).toBe('True');
  const [pod] = await cluster.pods();
  expect(condition(pod as KubeThing, 'PodScheduled')).toMatchObject({
    status: 'False',
    reason: 'Unschedulable',
    message: '0/3 nodes are available: 3 node(s) were unschedulable.',
  });
  await cluster.clock.advance(5000);
  const stuck = await read();
  expect(condition(stuck, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
  expect(condition(stuck, 'Available')?.status).toBe('False');
  await cluster.request('PATCH', '/api/v1/nodes/node-2', { spec: { unschedulable: null } }, mergePatch);
  await cluster.clock.advance(5000);
  expect((await cluster.pods()).map(({ spec }) => spec.nodeName)).toEqual(['node-2', 'node-2']);
  expect(condition(await read(), 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
});

describe('scale', () => {
  test('by its subresource, up and down', async () => {
    await cluster.request('POST', inDefault.deployments, deployment(1));
    await cluster.clock.advance(2000);
    const scaled = await cluster.request('PATCH', `${path}/scale`, { spec: { replicas: 5 } }, mergePatch);
    expect(scaled).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 5 },
      status: { replicas: 1, selector: 'app=kubia' },
    });
    await cluster.clock.advance(2000);
    expect(await cluster.pods()).toHaveLength(5);
    const present = await cluster.request('GET', `${path}/scale`);
    await cluster.request('PUT', `${path}/scale`, { ...present, spec: { replicas: 2 } });
    await cluster.clock.advance(2000);
    expect(await cluster.pods()).toHaveLength(2);
    expect(await cluster.statusOf('PUT', `${path}/scale`, { ...present, spec: { replicas: 3 } })).toBe(409);
    expect(
      await cluster.statusOf('PUT', `${path}/scale`, { metadata: { name: 'kubia' }, spec: { replicas: -1 } }),
    ).toBe(422);
  });

  test('in the middle of a rollout keeps the shares', async () => {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } };
    await cluster.request('POST', inDefault.deployments, deployment(10, 'kubia:1', { strategy }));
    await cluster.clock.advance(5000);
    await setImage('kubia:2');
    await cluster.clock.advance(20);
    expect(await revisions()).toEqual(['1:8', '2:5']);
    await cluster.request('PATCH', `${path}/scale`, { spec: { replicas: 15 } }, mergePatch);
    await cluster.clock.advance(20);
    // The documentation's own example: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
    expect(await revisions()).toEqual(['1:11', '2:7']);
    await cluster.clock.advance(30_000);
    expect(await revisions()).toEqual(['1:0', '2:15']);
  });
});

describe('deletion', () => {
  beforeEach(async () => {
    await cluster.request('POST', inDefault.deployments, deployment(3));
    await cluster.clock.advance(2000);
  });
  const left = async () => [(await cluster.list(inDefault.sets)).length, (await cluster.pods()).length];

  test('in the background takes all with it', async () => {
    await cluster.request('DELETE', path, { propagationPolicy: 'Background' });
    expect(await cluster.statusOf('GET', path)).toBe(404);
    await cluster.clock.advance(2000);
    expect(await left()).toEqual([0, 0]);
  });

  test('in the foreground ends with the owner', async () => {
    const order: string[] = [];
    for (const resource of ['/pods', 'apps/replicasets', 'apps/deployments']) {
      cluster.api.store.subscribe(resource, ({ object }) => void (object ?? order.push(resource)));
    }
    await cluster.request('DELETE', path, { propagationPolicy: 'Foreground' });
    expect(await cluster.statusOf('GET', path)).toBe(200);
    await cluster.clock.advance(2000);
    expect(await left()).toEqual([0, 0]);
    expect(order).toEqual(['/pods', '/pods', '/pods', 'apps/replicasets', 'apps/deployments']);
  });

  test('as orphans leaves them, and a new Deployment takes them over', async () => {
    const before = (await cluster.pods()).map(({ metadata }) => metadata.uid).toSorted();
    await cluster.request('DELETE', path, { propagationPolicy: 'Orphan' });
    await cluster.clock.advance(5000);
    expect(await cluster.statusOf('GET', path)).toBe(404);
    expect((await cluster.list(inDefault.sets)).map(({ metadata }) => metadata.ownerReferences)).toEqual([undefined]);
    await cluster.request('POST', inDefault.deployments, deployment(3));
    await cluster.clock.advance(5000);
    expect((await cluster.pods()).map(({ metadata }) => metadata.uid).toSorted()).toEqual(before);
    const [set] = await cluster.list(inDefault.sets);
    expect(set?.metadata.ownerReferences).toMatchObject([{ kind: 'Deployment', controller: true }]);
  });
});
