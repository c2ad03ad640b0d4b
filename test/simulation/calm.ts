import { markOf } from './mark.ts';
import { holdersOf } from './rules/holding.ts';
import { differencesOf, eligibleNodes, nodePortDifferences, sharedDifferences } from './rules/expected.ts';
import { hasFinalizer, opensNodePorts, type Recorded, wantsBalancer } from './service-ledger.ts';
import type { Fail, Watchdog } from './watchdog.ts';
import type { Cluster, World } from './world.ts';

/** How long everything may take once nothing is in the way, in milliseconds. */
const settleMs = 2_400_000;
const stepMs = 10_000;
const hungWatchMs = 900_000;

const condition = ({ latest }: Recorded): { readonly status: string; readonly reason: string } | undefined =>
  latest.status.conditions.find(({ type }) => type === 'portico.dev/Programmed');

/** Rules 7 and 8, and what rule 3 says of the end. */
export function calm(
  world: World,
  fail: Fail,
  over: () => boolean,
  stillMs: number,
): Pick<Watchdog, 'settle' | 'empty'> {
  const { clock, network, services, mirror, clusters, hands } = world;
  let lastChange = 0;
  let lastEvent = 0;
  network.taps.push({
    sending: (_life, call) => {
      if (!call.writes || call.method.startsWith('leases.')) return;
      if (call.method.startsWith('events.')) lastEvent = clock.monotonic();
      else lastChange = clock.monotonic();
    },
  });
  /** Who still waits for its owner is tried again at each sweep, and that is told each time. */
  const isWaiting = (): boolean =>
    [...services.all.values()].some((recorded) => !recorded.gone && condition(recorded)?.status === 'False');

  const faultless = async (): Promise<void> => {
    network.trace.add('world', 'all faults end');
    network.cloudFaults.clear();
    network.kubeFaults.clear();
    network.setStale(0, 0);
    network.slowLists(0, 0);
    world.slowOperations(0, 0);
    for (const { valves } of clusters.values()) valves.stalledUntil.clear();
    await clock.advance(20_000);
    // What a policy holds back is not as asked for, and says so: now all of it may be done.
    const free = { metadata: { annotations: { 'portico.dev/policy': null, 'portico.dev/drift': null } } };
    for (const cluster of clusters.values()) {
      for (const { key } of services.present(cluster.id)) {
        const path = `/api/v1/namespaces/default/services/${key.slice(key.indexOf('/') + 1)}`;
        await cluster.request('PATCH', path, free, 'application/merge-patch+json');
      }
    }
    const tidied = hands.tidy((uid) => {
      const recorded = services.all.get(uid);
      return recorded !== undefined && !recorded.gone && wantsBalancer(recorded.latest);
    });
    await clock.run(tidied);
    for (const cluster of clusters.values()) if (!cluster.current()) cluster.begin(cluster.lives.at(-1)?.settings);
  };

  /** Advances until the complaints are none and nothing was written for a while. */
  const until = async (rule: string, complaints: () => readonly string[], quietMs = stillMs): Promise<void> => {
    const limit = clock.monotonic() + settleMs;
    while (!over()) {
      await clock.advance(stepMs);
      const still = clock.monotonic() - (isWaiting() ? lastChange : Math.max(lastChange, lastEvent));
      const late = clock.monotonic() >= limit;
      if (still < quietMs && !late) continue;
      const open = complaints();
      if (open.length === 0 && still >= quietMs) return;
      if (!late) continue;
      fail(rule, open.length > 0 ? open.join('; ') : `there are still writes, the last ${still} ms ago`);
    }
  };

  const complaintsOf = (recorded: Recorded): readonly string[] => {
    const { key, uid, latest } = recorded;
    const told = condition(recorded);
    if (!wantsBalancer(latest) && !opensNodePorts(latest)) {
      const left = [...mirror.resources]
        .filter(([, body]) => markOf(body)?.uid === uid)
        .map(([each]) => `${key} still has ${each}`);
      if (latest.spec.type !== 'LoadBalancer' && hasFinalizer(latest)) left.push(`${key} still has the finalizer`);
      return left;
    }
    if (told?.status === 'False' && told.reason !== 'NoEligibleNodes') {
      return isJustified(world, recorded, told.reason) ? [] : [`${key} says ${told.reason}: ${JSON.stringify(told)}`];
    }
    if (opensNodePorts(latest)) {
      const said = told?.reason === 'NodePortsOpen' ? [] : [`${key} says ${JSON.stringify(told)}`];
      return [...said, ...nodePortDifferences(world, recorded).map((problem) => `${key}: ${problem}`)];
    }
    const nodes = eligibleNodes(world, recorded.cluster).length;
    const wanted = nodes === 0 ? 'False' : 'True';
    const said = told?.status === wanted ? [] : [`${key} says ${JSON.stringify(told)} with ${nodes} nodes`];
    return [...said, ...differencesOf(world, recorded).map((problem) => `${key}: ${problem}`)];
  };

  return {
    settle: async () => {
      await faultless();
      await until('7', () =>
        [...clusters.keys()].flatMap((cluster) => [
          ...services.present(cluster).flatMap(complaintsOf),
          ...sharedDifferences(world, cluster),
        ]),
      );
    },
    empty: async () => {
      for (const cluster of clusters.values()) {
        for (const { key } of services.present(cluster.id)) {
          await cluster.request('DELETE', `/api/v1/namespaces/default/services/${key.slice(key.indexOf('/') + 1)}`);
        }
      }
      network.trace.add('people', 'delete every Service');
      const complaints = (): readonly string[] => [
        ...[...clusters.keys()].flatMap((cluster) =>
          services.present(cluster).map(({ key }) => `${key} is still there`),
        ),
        ...[...mirror.resources].flatMap(([key, body]) => (markOf(body) ? [`${key} is left`] : [])),
      ];
      // One sweep: with nothing there, the next has nothing else to look at.
      await until('3', complaints, Math.max(0, stillMs - world.sweepMs));
      if (!over()) await remembered(world, fail);
    },
  };
}

/** Rule 8: the queues are empty, nothing is remembered of Services, and no more timers wait than idle watches need. */
async function remembered({ clusters, clock, election }: World, fail: Fail): Promise<void> {
  const left = (): readonly string[] =>
    [...clusters.values()].flatMap((cluster) => {
      const sizes = Object.entries(cluster.current()?.sizes ?? {}).filter(([, size]) => size > 0);
      return sizes.length > 0 ? [`${cluster.id} still remembers ${JSON.stringify(Object.fromEntries(sizes))}`] : [];
    });
  // A watch that hangs is given up only after minutes: until then its Services are there for all that is known.
  if (left().length > 0) await clock.advance(hungWatchMs);
  for (const problem of left()) fail('8', problem);
  for (const cluster of clusters.values()) {
    const { depth = 0, running = 0, delayed = 0 } = cluster.current()?.queues ?? {};
    if (depth + running + delayed > 1)
      fail('8', `the queue of ${cluster.id} has ${depth} ready, ${running} running, ${delayed} delayed`);
  }
  const idle = [...clusters.values()].reduce((sum, cluster) => sum + idleTimers(cluster, election), 0);
  // What a sweep or a call has under way goes when it ends; what somebody forgot stays.
  for (let waited = 0; clock.pending > idle && waited < stepMs * 6; waited += 1000) await clock.advance(1000);
  if (clock.pending > idle) fail('8', `${clock.pending} timers wait though there are no Services, not ${idle}`);
}

/**
 * What waits while nothing happens: each of two watches ends on both sides and tells what it has come to, and the next sweep
 * is due. Where a leader is elected, each process looks at the Lease again, and one leads until its time is over.
 */
function idleTimers({ lives }: Cluster, election: boolean): number {
  return 2 * 4 + 1 + (election ? lives.filter(({ dead }) => !dead).length + 1 : 0);
}

/** Whether the world gives reason for a condition that asks the Service's owner to mend something. */
function isJustified({ mirror }: World, { latest, uid }: Recorded, reason: string): boolean {
  const option = (name: string): string | undefined => latest.metadata.annotations[`portico.dev/${name}`];
  switch (reason) {
    case 'ConsentNeeded': {
      const tier = option('network-tier') === 'standard' ? 'STANDARD' : 'PREMIUM';
      const held = mirror.of('addresses').find(([, body]) => markOf(body)?.uid === uid)?.[1];
      const rule = mirror.of('forwardingRules').find(([, body]) => markOf(body)?.uid === uid)?.[1];
      const has = (held ?? rule)?.['networkTier'];
      return option('allow-address-change') !== 'true' && has !== undefined && has !== tier;
    }
    case 'ForeignResource': {
      const asked = mirror.of('addresses').find(([, body]) => body['name'] === option('static-address'))?.[1];
      return (
        asked !== undefined &&
        holdersOf(mirror, String(asked['address'])).some((holder) => holder !== null && holder !== uid)
      );
    }
    case 'InvalidRequest': {
      const name = option('static-address');
      const there = mirror.of('addresses').some(([, body]) => body['name'] === name && !markOf(body));
      const unfit = option('scheme') === 'internal' || option('network-tier') === 'standard';
      return (name !== undefined && (!there || unfit)) || option('health-check') === 'nonsense';
    }
    case 'Unsupported':
      return latest.spec.ports.some(({ protocol }) => protocol === 'SCTP');
    default:
      return false;
  }
}
