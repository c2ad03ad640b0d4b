import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createGceProvider, type HttpAnswer, restWire, type Transport } from '../../providers/gce/index.ts';
import { PorticoError } from '../../src/errors.ts';
import type { KubeRequest, KubeResponse, KubeTransport } from '../../src/kube/transport.ts';
import { formatMark } from '../../src/model/owner.ts';
import { simulateGce } from '../providers/gce/controller.ts';
import { inThread, must, project, region, resourcesOf } from '../providers/gce/others.ts';
import { markOf } from '../simulation/mark.ts';

/** What comes in the place of an answer from whatever stands between: nothing of it can pass for the server's own. */
interface Lie {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string;
  /** Whether what was asked is done all the same. */
  readonly works: boolean;
}
type Turn = Lie | 'honest' | 'reset';

const html = '<!DOCTYPE html><html><title>Sign in</title></html>\n';
const bodies = [
  html,
  '',
  '{}\n',
  'null\n',
  '[]\n',
  '"web"\n',
  '{"kind":"ServiceList","metadata":{"resourceVersion":"9"},"items":[',
  '{"kind":"PodList","metadata":{"resourceVersion":"9"},"items":[]}\n',
  '{"kind":"ServiceList","metadata":{"resourceVersion":9},"items":[]}\n',
  '{"kind":"ServiceList","metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"web","namespace":"default","uid":"u","resourceVersion":"9"},"spec":{"type":7}}]}\n',
  '{"type":"DELETED","object":{"kind":"Service","metadata":{"name":"web","namespace":"default"}}}\n',
  '{"type":"MODIFIED","object":null}\n',
  '{"kind":"compute#forwardingRuleList","items":{"0":"web"}}',
  '{"kind":"compute#operation"}',
  '{"items":[],"nextPageToken":"more"}',
  '{"error":"no","message":["no"],"details":"no"}\n',
];
const lies: fc.Arbitrary<Lie> = fc.record(
  {
    status: fc.oneof(
      fc.constant(200),
      fc.constantFrom(204, 302, 400, 401, 403, 404, 409, 410, 412, 422, 429, 500, 503),
    ),
    body: fc.constantFrom(...bodies),
    retryAfter: fc.constantFrom('999999999', '-1', 'soon', 'Infinity'),
    works: fc.boolean(),
  },
  { requiredKeys: ['status', 'body', 'works'] },
);
const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: lies },
    { weight: 2, arbitrary: fc.constant('honest' as const) },
    { weight: 1, arbitrary: fc.constant('reset' as const) },
  ),
  { minLength: 1, maxLength: 30 },
);

/** Takes turns from the script while it is hostile. */
function between(script: readonly Turn[]) {
  let calls = 0;
  let hostile = false;
  const headersOf = ({ retryAfter }: Lie): Record<string, string> =>
    retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  async function told<T>(honest: () => Promise<T>, asLie: (lie: Lie) => T): Promise<T> {
    const turn = hostile ? (script[(calls += 1) % script.length] ?? 'honest') : 'honest';
    if (turn === 'honest') return honest();
    if (turn === 'reset') throw new PorticoError('unreachable', 'The connection broke.');
    if (turn.works) await honest();
    return asLie(turn);
  }
  return {
    set: (on: boolean) => {
      hostile = on;
    },
    kube: (honest: KubeTransport): KubeTransport => ({
      request: (asked: KubeRequest) =>
        told<KubeResponse>(
          () => honest.request(asked),
          (lie) => ({ status: lie.status, headers: headersOf(lie), body: oneChunk(lie.body) }),
        ),
      close: () => honest.close(),
    }),
    cloud: (honest: Transport): Transport => ({
      send: (asked, signal) =>
        told<HttpAnswer>(
          () => honest.send(asked, signal),
          (lie) => ({ status: lie.status, headers: headersOf(lie), body: lie.body }),
        ),
      close: () => honest.close(),
    }),
  };
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** What others have, also under names that we would take. */
async function plantForeign(gce: Parameters<typeof must>[0]): Promise<void> {
  const network = 'global/networks/default';
  const another = { kind: 'service', cluster: 'another', namespace: 'default', name: 'web', uid: 'their-uid' } as const;
  const firewall = { network, sourceRanges: ['10.0.0.0/8'], allowed: [{ IPProtocol: 'tcp', ports: ['22'] }] };
  await must(gce, 'POST', 'global/firewalls', { name: 'portico-unmarked', ...firewall });
  await must(gce, 'POST', 'global/firewalls', {
    name: 'portico-theirs',
    description: formatMark({ owner: another, role: 'firewall/portico-theirs' }),
    ...firewall,
  });
  await must(gce, 'POST', `regions/${region}/addresses`, { name: 'portico-somebodys' });
}

it('a controller among servers that talk nonsense stays, harms nothing, and is done soon after they are well again', async () => {
  await fc.assert(
    fc.asyncProperty(turns, turns, fc.boolean(), async (kubeScript, cloudScript, both) => {
      const world = simulateGce();
      const [towardsKube, towardsCloud] = [between(kubeScript), between(cloudScript)];
      const provider = createGceProvider(
        { project, region },
        { clock: world.clock, wire: restWire(towardsCloud.cloud(inThread(world.gce))) },
      );
      await world.clock.run(plantForeign(world.gce), 60_000);
      const foreign = (): string =>
        JSON.stringify(
          Object.entries(resourcesOf(world.gce)).filter(([key]) => /-(unmarked|theirs|somebodys)$/.test(key)),
        );
      const before = foreign();
      const life = world.begin({ provider, between: towardsKube.kube });
      await world.addGceNode('node-1', 'us-central1-a');
      for (const name of ['web', 'going']) await world.apply({ name });
      const ip = await world.address('web');
      await world.address('going');

      towardsKube.set(true);
      towardsCloud.set(both);
      await world.apply({ name: 'late' });
      await world.remove('going');
      await world.merge('web', { spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } });
      for (let step = 0; step < 60; step += 1) {
        await world.clock.advance(10_000);
        expect(foreign()).toBe(before);
        expect(world.gce.view.forwardingRules().map(({ IPAddress }) => IPAddress)).toContain(ip);
      }

      towardsKube.set(false);
      towardsCloud.set(false);
      await world.gone('going');
      await world.address('late');
      const opened = (): readonly unknown[] =>
        world.gce.view.firewalls().flatMap(({ name, sourceRanges }) => (name.includes('web') ? [sourceRanges] : []));
      await world.eventually(async () => JSON.stringify(opened()) === '[["192.0.2.0/24"]]');
      await world.eventually(async () => (await world.condition('late'))?.status === 'True');
      expect((await world.service('web'))?.status.ingress.map((each) => each.ip)).toEqual([ip]);
      expect(foreign()).toBe(before);
      for (const name of ['web', 'late']) await world.remove(name);
      for (const name of ['web', 'late']) await world.gone(name);
      await world.eventually(async () =>
        Object.values(resourcesOf(world.gce)).every((body) => markOf(body)?.cluster !== 'test'),
      );
      await life.stop();
      world.close();
    }),
    { numRuns: 30 },
  );
});
