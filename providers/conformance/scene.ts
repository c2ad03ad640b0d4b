import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { type ErrorCode, errorRules, PorticoError } from '../../src/errors.ts';
import { plan } from '../../src/graph/plan.ts';
import type { Graph } from '../../src/graph/resource.ts';
import type { ClusterIntent, LoadBalancerIntent } from '../../src/model/intent.ts';
import type { ClusterOwner, Owner, ServiceOwner } from '../../src/model/owner.ts';
import type { Ingress, Observation, Provider, Reconcilable } from '../../src/provider.ts';
import { type Pass, pass } from './pass.ts';
import type { Wish } from './wishes.ts';
import type { World } from './world.ts';

/** A cluster with a node in each of its first two zones, its shared graph made. */
export interface Scene {
  readonly provider: Provider;
  readonly cluster: ClusterIntent;
  /** The whole intent of a Service with that wish; by default of `shop/web`. */
  readonly intent: (wish: Wish, owner?: Partial<ServiceOwner>) => LoadBalancerIntent;
}

export async function setScene(world: World, clusterId = 'conformance'): Promise<Scene> {
  const provider = world.provider();
  const owner: ClusterOwner = { kind: 'cluster', cluster: clusterId };
  const nodes = await Promise.all(
    world.zones.slice(0, 2).map((zone, index) => world.addMachine(`${clusterId}-node-${index + 1}`, zone)),
  );
  const cluster = { owner, active: true, nodes };
  const { sticky } = await reach(provider.cluster, owner, cluster);
  const service = { kind: 'service', cluster: clusterId, namespace: 'shop', name: 'web', uid: 'uid-web' } as const;
  return {
    provider,
    cluster,
    intent: (wish, changes = {}) => ({ ...wish, owner: { ...service, ...changes }, zones: sticky.zones, nodes }),
  };
}

export interface Effort {
  /** How many passes may be needed. More than one only after a failure: what it left running may get in the way. */
  readonly passes?: number;
  readonly width?: number;
}

/**
 * Makes passes until all is as wanted, and checks that it is: nothing failed, what is observed is what was desired, the
 * next plan is empty. Gives the last observation.
 */
export async function reach<Intent>(
  side: Reconcilable<Intent>,
  owner: Owner,
  intent: Intent | null,
  { passes = 1, width = 4 }: Effort = {},
): Promise<Observation> {
  const once = (): Promise<Pass> => pass(side, owner, intent, { signal: live(), width });
  let result = await once();
  for (let made = 1; made < passes && result.applied.failed.length > 0; made += 1) {
    for (const { step, error } of result.applied.failed) {
      assert.match(errorRules[error.code].retry, /^(soon|backoff)$/, `${step.id}: ${error.code}: ${error.message}`);
    }
    result = await once();
  }
  const { applied, after } = result;
  const failures = applied.failed.map(({ step, error }) => `${step.id}: ${error.code}: ${error.message}`);
  assert.deepEqual(failures, [], 'a pass without faults must not fail');
  const wanted: Graph = intent === null ? new Map() : side.desired(intent, after.sticky);
  assert.deepEqual(asJson(after.graph), asJson(wanted), 'observe must give what desired asked for');
  assert.deepEqual(plan(wanted, after.graph, side.policies).steps, [], 'the plan after a pass must be empty');
  assert.deepEqual([...after.foreign], []);
  return after;
}

/** Makes a Service's balancer as wished and checks that clients can reach it in each family, and in no other. */
export async function serve(provider: Provider, intent: LoadBalancerIntent, effort?: Effort): Promise<Observation> {
  const seen = await reach(provider, intent.owner, intent, effort);
  assert.ok(seen.ingress.length > 0, 'a complete balancer must report where clients reach it');
  if (seen.ingress.every((ingress) => 'ip' in ingress)) {
    const families = ipsOf(seen.ingress).map((ip) => (isIPv6(ip) ? 'ipv6' : 'ipv4'));
    assert.deepEqual(families.toSorted(), intent.families.toSorted());
  }
  return seen;
}

/** Takes away all that the owner has, and checks that it is gone. */
export async function clear(provider: Provider, owner: ServiceOwner, effort?: Effort): Promise<void> {
  const { ingress } = await reach(provider, owner, null, effort);
  assert.deepEqual(ingress, []);
}

export const ipsOf = (ingress: readonly Ingress[]): string[] =>
  ingress.map((each) => ('ip' in each ? each.ip : each.hostname)).toSorted();

export const asJson = (graph: Graph): unknown =>
  JSON.parse(JSON.stringify([...graph.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))));

/** Counts the calls that `body` leads to. */
export async function counted(world: World, body: () => Promise<unknown>): Promise<{ calls: number; writes: number }> {
  let calls = 0;
  let writes = 0;
  world.intercept((call) => {
    calls += 1;
    if (call.writes) writes += 1;
    return undefined;
  });
  await body();
  world.intercept(undefined);
  return { calls, writes };
}

/** A signal that nobody aborts. */
export const live = (): AbortSignal => new AbortController().signal;

export const hasCode =
  (...codes: readonly ErrorCode[]) =>
  (error: unknown): boolean =>
    error instanceof PorticoError && codes.includes(error.code);
