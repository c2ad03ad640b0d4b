import type { Clock } from '../../../src/clock.ts';
import type { GceCloud } from '../../gce-compute/cloud.ts';
import type { Instance } from '../../gce-compute/resource-view.ts';
import type { Activity } from '../activity.ts';
import type { AddressPlan } from '../address-plan.ts';
import { drop, type Endpoint, type Forward, type Packet, type Protocol, reject, type Verdict } from '../packet.ts';
import type { Tracks } from '../sockets/tracks.ts';
import { chooseMember, type Member, type MemberState } from './backend-choice.ts';
import { firewallVerdict } from './firewall.ts';
import { listeningPoints, ruleFor } from './forwarding.ts';
import { createProber } from './prober.ts';
import { type CloudSnapshot, cloudSnapshot, isRunning, keyOf, type ServedBackend } from './snapshot.ts';

export interface BalancersOptions {
  readonly clock: Clock;
  readonly activity: Activity;
  readonly plan: AddressPlan;
  readonly cloud: Pick<GceCloud, 'view' | 'setHealth'>;
  readonly tracks: Tracks;
  /** What the machine with this address does with a packet that has reached it. */
  readonly machine: (networkIp: string, packet: Packet) => Verdict;
}

/** The cloud's part of the way: balancers, health checks and firewalls as the Compute API has them, and nothing else. */
export interface Balancers {
  /** Something of the Compute API has changed: what is routed from now on goes by what it is now. */
  forget(): void;
  /** Probes what is to be probed, and ends what may not go on. */
  refresh(): void;
  /** Where the forwarding rules take packets in. */
  points(): readonly (Endpoint & { readonly protocol: Protocol })[];
  /** What becomes of a packet to the address of a forwarding rule. */
  route(packet: Packet): Verdict;
  /** Whether datagrams may go on to the machine that the first one went to. */
  holds(packet: Packet, forward: Forward): boolean;
  /** What becomes of a packet from outside to the address of a machine. */
  direct(networkIp: string, packet: Packet): Verdict;
  /** What becomes of one from inside, which passes no firewall: as the rule `default-allow-internal` of a network has it. */
  inside(networkIp: string, packet: Packet): Verdict;
  /** Whether a machine with this address runs. */
  runs(networkIp: string): boolean;
  close(): void;
}

const memberKey = ({ key }: ServedBackend, { instance }: Member): string => `${key} ${instance}`;

export function createBalancers(options: BalancersOptions): Balancers {
  const { clock, cloud, tracks, machine } = options;
  const prober = createProber({ ...options, reach: direct, changed: becameOtherwise });
  /** Flows that may stay for a while at a machine that is no member any more. */
  const draining = new Map<string, () => void>();
  let cached: CloudSnapshot | undefined;
  const now = (): CloudSnapshot => {
    cached ??= cloudSnapshot(cloud.view);
    return cached;
  };

  /** The machine of the address, when it runs. */
  function runningAt(networkIp: string): Instance | undefined {
    const instance = [...now().instances.values()].find(({ networkInterfaces }) =>
      networkInterfaces.some((nic) => nic.networkIP === networkIp),
    );
    return isRunning(instance) ? instance : undefined;
  }
  const nobody = (networkIp: string): Verdict => drop(`no machine with the address ${networkIp} runs`);

  function direct(networkIp: string, packet: Packet): Verdict {
    const instance = runningAt(networkIp);
    if (!instance) return nobody(networkIp);
    const { allowed, by } = firewallVerdict(now().firewalls, instance, packet);
    if (!allowed) return drop(by === undefined ? 'no firewall rule lets it in' : `firewall rule ${by} denies it`);
    return machine(networkIp, packet);
  }

  const backendOf = (packet: Packet): ServedBackend | undefined => {
    const link = ruleFor(now().rules, packet)?.backendService;
    return link === undefined ? undefined : now().services.get(keyOf(link));
  };

  const stateIn =
    (backend: ServedBackend) =>
    (member: Member): MemberState =>
      prober.stateOf(memberKey(backend, member));

  function becameOtherwise(key: string, { healthy }: MemberState): void {
    const [service = '', instance = ''] = key.split(' ');
    tell(service, instance, healthy);
    const policy = now().services.get(service)?.service.connectionTrackingPolicy;
    if (!healthy && policy?.connectionPersistenceOnUnhealthyBackends === 'NEVER_PERSIST') tracks.cut(key);
  }

  /** So that `getHealth` says what the probes say. */
  function tell(service: string, instance: string, healthy: boolean): void {
    const [, zone = '', , name = ''] = instance.split('/');
    const backend = now().services.get(service);
    for (const { group } of backend?.members.filter((member) => member.instance === instance) ?? []) {
      cloud.setHealth({ zone, name }, healthy ? 'HEALTHY' : 'UNHEALTHY', group, service);
    }
  }

  function drain(): void {
    const members = new Set(
      [...now().services.values()].flatMap((each) => each.members.map((m) => memberKey(each, m))),
    );
    for (const [key, cancel] of draining) {
      if (!members.has(key)) continue;
      cancel();
      draining.delete(key);
    }
    for (const key of tracks.keys()) {
      if (members.has(key) || draining.has(key) || !key.includes('/backendServices/')) continue;
      const backend = now().services.get(key.split(' ')[0] ?? '');
      const seconds = backend && backend.vips.length > 0 ? backend.service.connectionDraining.drainingTimeoutSec : 0;
      const end = (): void => {
        draining.delete(key);
        tracks.cut(key);
      };
      if (seconds === 0) end();
      else draining.set(key, clock.after(seconds * 1000, end));
    }
  }

  function probe(): void {
    const probed = [...now().services.values()].flatMap((backend) => {
      const { check, service, vips, members } = backend;
      const [vip] = vips;
      if (!check || vip === undefined) return [];
      const scheme = service.loadBalancingScheme;
      return members.map((member) => ({
        key: memberKey(backend, member),
        networkIp: member.networkIp,
        vip,
        scheme,
        check,
      }));
    });
    // What nobody has probed yet is not healthy.
    for (const { key } of probed) {
      const [service = '', instance = ''] = key.split(' ');
      tell(service, instance, prober.stateOf(key).healthy);
    }
    prober.sync(probed);
  }

  return {
    forget: () => {
      cached = undefined;
    },
    refresh() {
      probe();
      drain();
    },
    points: () => listeningPoints(now().rules, now().firewalls),
    direct,
    runs: (networkIp) => runningAt(networkIp) !== undefined,
    inside: (networkIp, packet) => (runningAt(networkIp) ? machine(networkIp, packet) : nobody(networkIp)),
    route(packet) {
      const backend = backendOf(packet);
      if (!backend) return reject('no forwarding rule takes it');
      const member = chooseMember(backend.service, backend.members, stateIn(backend), packet);
      if (!member) return drop('the backend service has no machine that may take it');
      const verdict = direct(member.networkIp, packet);
      return verdict.type === 'forward' ? { ...verdict, track: memberKey(backend, member) } : verdict;
    },
    holds(packet, { track = '' }) {
      const backend = backendOf(packet);
      if (!backend) return false;
      const member = backend.members.find((each) => memberKey(backend, each) === track);
      if (!member) return draining.has(track);
      const { connectionPersistenceOnUnhealthyBackends: persistence } = backend.service.connectionTrackingPolicy ?? {};
      return stateIn(backend)(member).healthy || persistence === 'ALWAYS_PERSIST' || !anyHealthy(backend);
    },
    close() {
      prober.close();
      for (const cancel of draining.values()) cancel();
    },
  };

  function anyHealthy(backend: ServedBackend): boolean {
    return backend.members.some((member) => stateIn(backend)(member).healthy);
  }
}
