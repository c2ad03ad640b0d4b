import type { Clock } from '../../src/clock.ts';
import type { GceCloud } from '../gce-compute/cloud.ts';
import type { KubeApi } from '../kube-apiserver/api.ts';
import { type Activity, createActivity } from './activity.ts';
import type { AddressPlan } from './address-plan.ts';
import { createBalancers } from './cloud/balancers.ts';
import { kubeProxies } from './kube-proxy/kube-proxy.ts';
import { drop, type Packet, reject, type Verdict } from './packet.ts';
import { createListeners, type Listener, type ListenProblem } from './sockets/listeners.ts';
import { createTracks } from './sockets/tracks.ts';

export interface DataPlaneOptions {
  readonly clock: Clock;
  readonly plan: AddressPlan;
  readonly kube: Pick<KubeApi, 'store'>;
  readonly cloud: Pick<GceCloud, 'view' | 'setHealth' | 'onChange'>;
  readonly activity?: Activity;
  /** How long a dropped connection is left without an answer before it is reset; 0: at once. Default 10 s. */
  readonly dropMs?: number;
  /** Told of each new flow and what became of it. */
  readonly told?: (packet: Packet, verdict: Verdict) => void;
  /** Told of each port that cannot be listened on. */
  readonly problem?: (problem: ListenProblem) => void;
}

export interface DataPlane {
  /** Ports that could not be listened on, and where they are reached instead. */
  problems(): readonly ListenProblem[];
  /** Cuts all flows and frees all ports. */
  close(): Promise<void>;
}

const watched = ['/services', '/nodes', 'discovery.k8s.io/endpointslices'];
/** Changes that come together are looked at once. */
const settleMs = 1;

/** Carries packets: from the addresses of the cloud's balancers and of nodes, by firewall and kube-proxy, to the pods. */
export function startDataPlane(options: DataPlaneOptions): DataPlane {
  const { clock, plan, kube, cloud, activity = createActivity(), dropMs = 10_000 } = options;
  const { told = () => undefined, problem = () => undefined } = options;
  const tracks = createTracks();
  const proxies = kubeProxies({ clock, plan, store: kube.store });
  const machine = (networkIp: string, packet: Packet): Verdict => {
    const node = proxies.nodeOf(networkIp);
    return node === undefined ? reject(`no node has the address ${networkIp}`) : proxies.route(node, packet);
  };
  const balancers = createBalancers({ clock, activity, plan, cloud, tracks, machine });
  const listeners = createListeners({ clock, plan, tracks, dropMs, told }, activity, problem);

  const toNode =
    (address: string) =>
    (packet: Packet): Verdict =>
      plan.isInside(packet.source.address) ? balancers.inside(address, packet) : balancers.direct(address, packet);

  function fromInside(packet: Packet): Verdict {
    const node = proxies.nodeOf(packet.source.address);
    if (node === undefined) return drop('addresses of Services are known to nodes and pods alone');
    return proxies.route(node, packet);
  }

  function wanted(): readonly Listener[] {
    return [
      ...balancers.points().map(
        (point): Listener => ({
          ...point,
          route: (packet) => balancers.route(packet),
          holds: (packet, forward) => balancers.holds(packet, forward) && proxies.serves(forward.to),
        }),
      ),
      ...proxies.nodes().flatMap((node) => {
        const address = proxies.addressOf(node);
        if (address === undefined) return [];
        return proxies.nodePorts().map(
          (port): Listener => ({
            ...port,
            address,
            route: toNode(address),
            holds: (_packet, forward) => proxies.serves(forward.to),
          }),
        );
      }),
      ...proxies.clusterPorts().map(
        (port): Listener => ({
          ...port,
          route: fromInside,
          holds: (_packet, forward) => proxies.serves(forward.to),
        }),
      ),
    ];
  }

  let cancel: (() => void) | undefined;
  let cloudChanged = true;
  function look(): void {
    cancel = undefined;
    proxies.forget();
    if (cloudChanged) balancers.refresh();
    cloudChanged = false;
    cutLost();
    listeners.sync(wanted());
  }
  const soon = (): void => {
    cancel ??= clock.after(settleMs, look);
  };
  /** What passes a machine that is off or cut off comes nowhere any more. */
  const cutLost = (): void => {
    for (const key of tracks.keys()) {
      const address = proxies.addressOf(key);
      if (address !== undefined && (proxies.isCut(key) || !balancers.runs(address))) tracks.cut(key);
    }
  };
  const unsubscribe = [
    ...watched.map((resource) =>
      kube.store.subscribe(resource, () => {
        proxies.forget();
        soon();
      }),
    ),
    cloud.onChange(() => {
      balancers.forget();
      cloudChanged = true;
      soon();
    }),
  ];
  look();

  return {
    problems: () => listeners.problems(),
    async close() {
      for (const end of unsubscribe) end();
      cancel?.();
      balancers.close();
      tracks.cutAll();
      await listeners.close();
    },
  };
}
