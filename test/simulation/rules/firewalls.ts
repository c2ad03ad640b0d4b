import { parseCidr } from '../../../src/model/cidr.ts';
import type { Service } from '../../../src/model/service.ts';
import { markOf } from '../mark.ts';
import { opensNodePorts, wantsBalancer } from '../service-ledger.ts';
import type { Json } from '../story.ts';
import type { Fail } from '../watchdog.ts';
import type { World } from '../world.ts';
import { holdersOf } from './holding.ts';

/** What a firewall rule lets in, as one text for each port. */
export function portsIn(body: Json): readonly string[] {
  const allowed = (body['allowed'] ?? []) as readonly {
    readonly IPProtocol: string;
    readonly ports?: readonly string[];
  }[];
  return allowed
    .flatMap(({ IPProtocol, ports = ['all'] }) =>
      ports.flatMap((port) => each(port).map((one) => `${IPProtocol}/${one}`)),
    )
    .toSorted();
}

/** The ports of a range, when it is small enough to be one of ours. */
function each(range: string): readonly string[] {
  const [low = '', high] = range.split('-');
  if (high === undefined || Number(high) - Number(low) > 100) return [range];
  return Array.from({ length: Number(high) - Number(low) + 1 }, (_, index) => String(Number(low) + index));
}

/** What of its balancer, and of its nodes' own addresses, a Service wants open. */
export function openings({ spec }: Service): {
  readonly ports: readonly string[];
  readonly nodePorts: readonly string[];
  readonly sources: readonly string[];
} {
  const ranges = spec.loadBalancerSourceRanges.length === 0 ? ['0.0.0.0/0'] : spec.loadBalancerSourceRanges;
  return {
    ports: spec.ports.map(({ protocol = 'TCP', port }) => `${protocol.toLowerCase()}/${port}`).toSorted(),
    nodePorts: spec.ports
      .flatMap(({ protocol = 'TCP', nodePort = 0 }) =>
        nodePort === 0 ? [] : [`${protocol.toLowerCase()}/${nodePort}`],
      )
      .toSorted(),
    sources: ranges.filter((range) => parseCidr(range)?.family === 'ipv4').toSorted(),
  };
}

/** https://cloud.google.com/load-balancing/docs/firewall-rules */
export const probes: Json = {
  sourceRanges: ['130.211.0.0/22', '209.85.152.0/22', '209.85.204.0/22', '35.191.0.0/16'],
  ports: ['tcp/10256', 'tcp/30000-32767'],
};

/** Longer than any watch is held up: an older wish than that is known to be out of date. */
const oldMs = 300_000;

/** Rule 4: at no moment is a firewall rule wider than its Service asks, and none is made that no Service asks for. */
export function firewalls(world: World, fail: Fail): void {
  const { network, services, clock, mirror } = world;
  network.taps.push({
    deliver: (life, call) => {
      if (!/^firewalls\.(insert|update|patch)$/.test(call.method) || !call.body) return;
      const mark = markOf(call.body);
      const what = `${life.name} ${call.method} ${call.key}`;
      if (!mark) return fail('4', `${what} without a mark`);
      if (mark.uid === null) {
        const wide =
          !within(
            (call.body['sourceRanges'] ?? []) as readonly string[],
            probes['sourceRanges'] as readonly string[],
          ) || !within(portsIn(call.body), probes['ports'] as readonly string[]);
        if (wide) fail('4', `${what} opens more than health checks need: ${JSON.stringify(call.body)}`);
        return;
      }
      const [target = ''] = destinationsOf(call.body);
      const taken = holdersOf(mirror, target).filter((holder) => holder !== mark.uid && holder !== null);
      if (taken.length > 0) fail('4', `${what} opens ${target}, which ${taken.join(', ')} has`);
      const versions = services.all.get(mark.uid)?.versions ?? [];
      const recent = versions.filter((_, index) => (versions[index + 1]?.from ?? Infinity) > clock.monotonic() - oldMs);
      if (!recent.some(({ service }) => fits(call.body ?? {}, service))) {
        fail('4', `${what} is wider than the Service ever asked: ${JSON.stringify(call.body)}`);
      }
    },
  });

  /**
   * A rule that still opens an address which is somebody else's by now. People's own addresses go to who comes first; of
   * two that ask for one at the same moment, one is told that it is taken.
   */
  mirror.onChange(() => {
    for (const [key, body] of mirror.of('firewalls')) {
      const uid = markOf(body)?.uid;
      const [ip] = destinationsOf(body);
      if (!uid || ip === undefined || holdersOf(mirror, ip).includes(null)) continue;
      const others = holdersOf(mirror, ip).filter((holder) => holder !== uid && holder !== null);
      if (others.length > 0) fail('4', `${key} of ${uid} opens ${ip}, which ${others.join(', ')} has`);
    }
  });
}

const destinationsOf = (body: Json): readonly string[] =>
  ((body['destinationRanges'] ?? []) as readonly string[]).map((range) => range.replace(/\/\d+$/, ''));

function fits(body: Json, service: Service): boolean {
  const { ports, nodePorts, sources } = openings(service);
  const destination = (body['destinationRanges'] ?? []) as readonly string[];
  const toNodes = destination.length === 0;
  const wantsNodes = service.metadata.annotations['portico.dev/node-port-firewall'] === 'true';
  if (!wantsBalancer(service) && !(toNodes && opensNodePorts(service))) return false;
  if (toNodes && !wantsNodes) return false;
  if (!toNodes && (destination.length !== 1 || !destination[0]?.endsWith('/32'))) return false;
  return (
    within(portsIn(body), toNodes ? nodePorts : ports) &&
    within((body['sourceRanges'] ?? []) as readonly string[], sources) &&
    ((body['sourceRanges'] ?? []) as readonly string[]).length > 0
  );
}

const within = (some: readonly string[], all: readonly string[]): boolean => some.every((one) => all.includes(one));
