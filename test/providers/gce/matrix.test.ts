import { describe, expect, it } from 'vitest';
import { nameOf } from '../../../src/graph/resource.ts';
import { plan, type Step } from '../../../src/graph/plan.ts';
import type { IpFamily, LoadBalancerIntent, Scheme } from '../../../src/model/intent.ts';
import type { Provider } from '../../../src/provider.ts';
import { cluster, localProbe, ports, proxyProbe, reach, tcpProbe, wish } from './scene.ts';
import { type GceWorld, gceWorld } from './world.ts';

type Traffic = 'tcp' | 'udp' | 'mixed';
type Policy = LoadBalancerIntent['trafficPolicy'];

const stacks: Readonly<Record<string, readonly IpFamily[]>> = { v4: ['ipv4'], v6: ['ipv6'], dual: ['ipv4', 'ipv6'] };
const listeners: Readonly<Record<Traffic, LoadBalancerIntent['listeners']>> = {
  tcp: ports('tcp', 80, 443),
  udp: ports('udp', 53),
  mixed: [...ports('tcp', 53), ...ports('udp', 53)],
};
const schemes: readonly Scheme[] = ['external', 'internal'];
const policies: readonly Policy[] = ['cluster', 'local'];

interface State {
  readonly title: string;
  readonly intent: LoadBalancerIntent;
}

const states: readonly State[] = Object.keys(stacks).flatMap((stack) =>
  (['tcp', 'udp', 'mixed'] as const).flatMap((traffic) =>
    schemes.flatMap((scheme) =>
      policies.map((trafficPolicy): State => {
        const health = trafficPolicy === 'local' ? localProbe : traffic === 'udp' ? proxyProbe : tcpProbe;
        const intent = wish({
          families: stacks[stack] ?? [],
          listeners: listeners[traffic],
          scheme,
          trafficPolicy,
          health,
        });
        return { title: `${stack} ${traffic} ${scheme} ${trafficPolicy}`, intent };
      }),
    ),
  ),
);

/** What must be there for a Service, by collection: how many, of which protocol and on which ports. */
function expected({ families, listeners: listened, scheme, health }: LoadBalancerIntent): readonly string[] {
  const protocols = [...new Set(listened.map(({ protocol }) => protocol))];
  const mixed = protocols.length > 1;
  const [one = 'tcp'] = protocols;
  const protocol = mixed ? 'UNSPECIFIED' : one.toUpperCase();
  const rule = mixed ? 'L3_DEFAULT all' : `${protocol} ${listened.map(({ port }) => port).join(',')}`;
  const allowed = protocols.map(
    (each) =>
      `${each}:${listened
        .filter((l) => l.protocol === each)
        .map((l) => l.port)
        .join(',')}`,
  );
  return [
    ...families.flatMap((family) => [
      `address ${scheme} ${family}`,
      `rule ${scheme} ${family} ${rule}`,
      `firewall ${family} ${allowed.join(' ')}`,
    ]),
    `backend ${scheme} ${protocol}`,
    ...(health.port === 10_256 ? [] : [`check ${health.protocol} ${health.port}`]),
  ].toSorted();
}

const familyIn = (ip = ''): IpFamily => (ip.includes(':') ? 'ipv6' : 'ipv4');

const isOwn = ({ description }: { readonly description?: string }): boolean =>
  description?.includes('shop/web') === true;

/** The same of what is there. */
function present({ cloud: { view } }: GceWorld): readonly string[] {
  return [
    ...view
      .addresses()
      .filter(isOwn)
      .map(({ addressType, address }) => `address ${addressType.toLowerCase()} ${familyIn(address)}`),
    ...view
      .forwardingRules()
      .filter(isOwn)
      .map((rule) => {
        const on = rule.allPorts === true ? 'all' : String(rule.ports);
        return `rule ${rule.loadBalancingScheme.toLowerCase()} ${familyIn(rule.IPAddress)} ${rule.IPProtocol} ${on}`;
      }),
    ...view
      .firewalls()
      .filter(isOwn)
      .map(({ destinationRanges = [], allowed = [] }) => {
        const text = allowed.map((entry) => `${entry.IPProtocol}:${String(entry.ports)}`).join(' ');
        return `firewall ${familyIn(destinationRanges[0])} ${text}`;
      }),
    ...view
      .backendServices()
      .filter(isOwn)
      .map((backend) => `backend ${backend.loadBalancingScheme.toLowerCase()} ${backend.protocol}`),
    ...view
      .healthChecks()
      .filter(isOwn)
      .map(
        ({ type, tcpHealthCheck, httpHealthCheck }) =>
          `check ${type.toLowerCase()} ${(tcpHealthCheck ?? httpHealthCheck)?.port}`,
      ),
  ].toSorted();
}

interface Opening {
  readonly destinations: readonly string[];
  readonly sources: readonly string[];
  readonly allowed: ReadonlySet<string>;
}

/** Who may come in where, by the firewall rules of the Service. */
function openings({ cloud: { view } }: GceWorld): readonly Opening[] {
  return view
    .firewalls()
    .filter(isOwn)
    .map(({ destinationRanges = [], sourceRanges = [], allowed = [] }) => ({
      destinations: destinationRanges,
      sources: sourceRanges,
      allowed: new Set(
        allowed.flatMap(({ IPProtocol, ports: open = ['all'] }) => open.map((port) => `${IPProtocol}:${port}`)),
      ),
    }));
}

/** Calls `look` after every step of the way. */
async function watched(
  provider: Provider,
  to: LoadBalancerIntent,
  look: (step: Step) => void,
): Promise<readonly string[]> {
  const watching: Provider = {
    ...provider,
    execute: async (step, owner, signal) => {
      const said = await provider.execute(step, owner, signal);
      look(step);
      return said;
    },
  };
  const { ingress } = await reach(watching, to.owner, to);
  return ingress.map((each) => ('ip' in each ? each.ip : '')).toSorted();
}

/** One step of the walk: everything is exactly as wanted after it, and was never open wider on the way. */
async function go(
  world: GceWorld,
  provider: Provider,
  from: State,
  to: State,
  before: readonly string[],
): Promise<readonly string[]> {
  const title = `${from.title} → ${to.title}`;
  const both = [...from.intent.listeners, ...to.intent.listeners];
  const may = new Set(both.map(({ protocol, port }) => `${protocol}:${port}`));
  const after = await watched(provider, to.intent, (step) => {
    for (const { destinations, sources, allowed } of openings(world)) {
      expect(destinations, `${title}: after ${step.id}`).toHaveLength(1);
      expect(sources.length, `${title}: after ${step.id}`).toBeGreaterThan(0);
      expect(
        [...allowed].filter((each) => !may.has(each)),
        `${title}: after ${step.id}`,
      ).toEqual([]);
    }
  });
  expect({ title, is: present(world) }).toEqual({ title, is: expected(to.intent) });
  if (from.intent.scheme === to.intent.scheme) {
    const stay = (ips: readonly string[], { intent }: State): string[] =>
      ips.filter((ip) => intent.families.includes(familyIn(ip)));
    expect({ title, ips: stay(after, from) }).toEqual({ title, ips: stay(before, to) });
  }
  return after;
}

describe('every end is reached exactly from every start, the address kept where scheme and family allow', () => {
  it.each(states.map((state, index) => ({ ...state, index })))('$title', async (start) => {
    const world = await gceWorld();
    const provider = world.provider();
    await cluster(world, provider);
    let ips = await watched(provider, start.intent, () => undefined);
    // There and back with every later state: all of these walks together make every pair in both directions.
    for (const other of states.slice(start.index)) {
      ips = await go(world, provider, start, other, ips);
      ips = await go(world, provider, other, start, ips);
    }
    await reach(provider, start.intent.owner, null);
    expect(present(world)).toEqual([]);
    await world.close();
  });
});

it('what must be replaced is made before the old one goes, where the cloud lets both be', async () => {
  const world = await gceWorld();
  const provider = world.provider();
  await cluster(world, provider);
  const from = wish();
  const { graph, sticky } = await reach(provider, from.owner, from);
  const kindsOf = (to: LoadBalancerIntent): string[] =>
    plan(provider.desired(to, sticky), graph, provider.policies).steps.map(
      ({ op, resource }) => `${op} ${resource.kind} ${nameOf(resource.id).replace(/.*-/, '')}`,
    );
  expect(kindsOf(wish({ listeners: listeners.udp }))).toEqual([
    'create backend-service udp',
    'update firewall ipv4',
    'delete forwarding-rule ipv4',
    'create forwarding-rule ipv4',
    'delete backend-service tcp',
  ]);
  await world.close();
});
