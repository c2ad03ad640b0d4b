import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { PorticoError } from '../../../src/errors.ts';
import { refsOf, sharedRefsOf } from '../../../src/graph/resource.ts';
import type { LoadBalancerIntent } from '../../../src/model/intent.ts';
import { nothingSticky } from '../../../src/provider.ts';
import { inWorld, type Law, sampling } from '../law.ts';
import { asJson, setScene } from '../scene.ts';
import { plainWish, wishes } from '../wishes.ts';

export const purity: readonly Law[] = [
  {
    name: 'desired ignores the order of its input, and does not change it',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent, cluster } = await setScene(world);
        await fc.assert(
          fc.asyncProperty(wishes(provider.capabilities), async (wish) => {
            const wanted = frozen(intent(wish));
            const turned = mapLists(wanted, (list) => list.toReversed()) as LoadBalancerIntent;
            const graph = asJson(provider.desired(wanted, nothingSticky));
            assert.deepEqual(asJson(provider.desired(turned, nothingSticky)), graph);
            assert.deepEqual(asJson(provider.desired(wanted, frozen({ ...nothingSticky }))), graph);
          }),
          sampling(bench),
        );
        const turned = { ...cluster, nodes: cluster.nodes.toReversed() };
        assert.deepEqual(
          asJson(provider.cluster.desired(frozen(turned), nothingSticky)),
          asJson(provider.cluster.desired(frozen(cluster), nothingSticky)),
        );
      }),
  },
  {
    name: 'every field of every spec has a policy, and every reference a target',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent, cluster } = await setScene(world);
        const shared = provider.cluster.desired(cluster, nothingSticky);
        await fc.assert(
          fc.asyncProperty(wishes(provider.capabilities), async (wish) => {
            const graph = provider.desired(intent(wish), nothingSticky);
            for (const [side, resources] of [
              [provider, graph],
              [provider.cluster, shared],
            ] as const) {
              for (const { id, kind, spec } of resources.values()) {
                assert.ok(id.startsWith(`${kind}/`), id);
                const fields = Object.keys(side.policies[kind]?.fields ?? {});
                assert.deepEqual(fields.toSorted(), Object.keys(spec).toSorted(), `fields of ${kind}`);
                for (const target of refsOf(spec)) assert.ok(resources.has(target), `${id} refers to ${target}`);
                for (const target of sharedRefsOf(spec)) assert.ok(shared.has(target), `${id} refers to ${target}`);
              }
            }
          }),
          sampling(bench),
        );
      }),
  },
  {
    name: 'what the provider says it cannot do is refused as unsupported',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const { schemes, families, mixedProtocols } = provider.capabilities;
        const plain = plainWish(provider.capabilities);
        const mixed = (['tcp', 'udp'] as const).map((protocol, index) => ({
          name: protocol,
          protocol,
          port: 53,
          nodePort: 30_053 + index,
        }));
        const beyond = [
          ...(['external', 'internal'] as const)
            .filter((scheme) => !schemes.includes(scheme))
            .map((scheme) => ({ ...plain, scheme })),
          ...(['ipv4', 'ipv6'] as const)
            .filter((family) => !families.includes(family))
            .map((family) => ({ ...plain, families: [family] })),
          ...(mixedProtocols ? [] : [{ ...plain, listeners: mixed }]),
        ];
        for (const wish of beyond) {
          assert.throws(
            () => provider.desired(intent(wish), nothingSticky),
            (error) => error instanceof PorticoError && error.code === 'unsupported',
          );
        }
      }),
  },
];

/** A JSON value that cannot be changed. */
const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
};

/** A copy of a JSON value with every list in it turned by `turn`. */
function mapLists(value: unknown, turn: (list: readonly unknown[]) => readonly unknown[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return turn(value.map((inner: unknown) => mapLists(inner, turn)));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapLists(inner, turn)]));
}
