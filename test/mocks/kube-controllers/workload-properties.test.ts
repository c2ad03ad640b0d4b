import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deployment, inDefault, mergePatch, type TestCluster, testCluster } from './cluster.ts';

const path = `${inDefault.deployments}/kubia`;

type Step =
  | { readonly do: 'create' | 'scale'; readonly replicas: number }
  | { readonly do: 'image'; readonly version: number }
  | { readonly do: 'delete'; readonly policy: 'Background' | 'Foreground' }
  | { readonly do: 'kill'; readonly index: number; readonly force: boolean }
  | { readonly do: 'cordon' | 'uncordon' | 'lose'; readonly node: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('create' as const, 'scale' as const), replicas: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ do: fc.constant('image' as const), version: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    do: fc.constant('delete' as const),
    policy: fc.constantFrom('Background' as const, 'Foreground' as const),
  }),
  fc.record({ do: fc.constant('kill' as const), index: fc.nat(5), force: fc.boolean() }),
  fc.record({
    do: fc.constantFrom('cordon' as const, 'uncordon' as const, 'lose' as const),
    node: fc.integer({ min: 1, max: 2 }),
  }),
);

async function perform(cluster: TestCluster, each: Step): Promise<void> {
  switch (each.do) {
    case 'create':
      await cluster.statusOf('POST', inDefault.deployments, deployment(each.replicas));
      break;
    case 'scale':
      await cluster.request('PATCH', `${path}/scale`, { spec: { replicas: each.replicas } }, mergePatch);
      break;
    case 'image': {
      const containers = [{ name: 'kubia', image: `kubia:${each.version}` }];
      await cluster.request('PATCH', path, { spec: { template: { spec: { containers } } } }, mergePatch);
      break;
    }
    case 'delete':
      await cluster.statusOf('DELETE', path, { propagationPolicy: each.policy });
      break;
    case 'kill': {
      const pod = (await cluster.pods())[each.index];
      const options = each.force ? { gracePeriodSeconds: 0 } : {};
      if (pod) await cluster.statusOf('DELETE', `${inDefault.pods}/${pod.metadata.name}`, options);
      break;
    }
    case 'cordon':
    case 'uncordon':
      await cluster.request(
        'PATCH',
        `/api/v1/nodes/node-${each.node}`,
        { spec: { unschedulable: each.do === 'cordon' ? true : null } },
        mergePatch,
      );
      break;
    case 'lose':
      await cluster.statusOf('DELETE', `/api/v1/nodes/node-${each.node}`);
      break;
    default:
      each satisfies never;
  }
}

test('whatever is done, in the end there are as many pods as wanted, all owned, none left over', async () => {
  const moment = fc.record({ step, restMs: fc.constantFrom(0, 1, 3, 50, 400, 5000) });
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 12 }), async (moments) => {
      const cluster = await testCluster();
      try {
        for (const { step: each, restMs } of moments) {
          await perform(cluster, each);
          await cluster.clock.advance(restMs);
        }
        await cluster.clock.advance(120_000);
        const [wanted] = await cluster.list(inDefault.deployments);
        const sets = await cluster.list(inDefault.sets);
        const pods = await cluster.pods();
        const setUids = sets.map(({ metadata }) => metadata.uid);
        // node-3 is never lost, so that there is always room.
        expect(pods).toHaveLength(wanted?.spec.replicas ?? 0);
        expect(pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined)).toEqual([]);
        for (const { metadata, status, spec } of pods) {
          expect(setUids).toContain(metadata.ownerReferences?.[0]?.uid);
          expect(status.phase).toBe('Running');
          expect(spec.containers[0].image).toBe(wanted?.spec.template.spec.containers[0].image);
        }
        expect(sets.map(({ metadata }) => metadata.ownerReferences?.[0]?.uid)).toEqual(
          sets.map(() => wanted?.metadata.uid),
        );
        expect(sets.reduce((sum, { spec }) => sum + Number(spec.replicas), 0)).toBe(wanted?.spec.replicas ?? 0);
      } finally {
        cluster.api.close();
      }
      expect(cluster.clock.pending).toBe(0);
    }),
    { numRuns: 25, seed: 7 },
  );
}, 60_000);
