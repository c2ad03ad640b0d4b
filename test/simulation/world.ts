import { createGceCloud, type GceCloud } from '../../mocks/gce-compute/cloud.ts';
import { createKubeApi, type KubeApi } from '../../mocks/kube-apiserver/api.ts';
import type { Clock } from '../../src/clock.ts';
import { usualPace } from '../../src/kube/election.ts';
import { microtasksDone, type VirtualClock, virtualClock } from '../virtual-clock.ts';
import { fraction } from './chance.ts';
import { type CloudMirror, mirrorOf } from './cloud-mirror.ts';
import { beginLife, type Controller, project, region, zones } from './controller-life.ts';
import { type Hands, handsOf } from './hands.ts';
import { markOf } from './mark.ts';
import { type WatchValves, watchValves } from './kube-port.ts';
import { type Network, networkOf } from './network.ts';
import { hasFinalizer, type Recorded, type ServiceLedger, serviceLedger } from './service-ledger.ts';
import type { Json, Settings, Story } from './story.ts';
import { type Trace, traceOf } from './trace.ts';

/** One cluster: its API server and the controllers that ran or run on it. */
export interface Cluster {
  readonly id: string;
  readonly kube: KubeApi;
  readonly valves: WatchValves;
  readonly lives: Controller[];
  /** Asks the API server as a person would; gives status and body. */
  request(
    method: string,
    path: string,
    body?: Json,
    contentType?: string,
  ): Promise<{ readonly status: number; readonly body: Json }>;
  begin(settings?: Settings): Controller;
  /** The life that leads, else the one that began last of those that go on. */
  current(): Controller | undefined;
  /** Who holds the Lease; undefined where nobody is elected, or nobody was yet. */
  holder(): string | undefined;
}

/** Clusters, their cloud and all between them in one thread. */
export interface World {
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly cloud: GceCloud;
  readonly mirror: CloudMirror;
  readonly network: Network;
  readonly hands: Hands;
  readonly services: ServiceLedger;
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** Whether controllers elect a leader. */
  readonly election: boolean;
  /** Between two sweeps of a controller, in milliseconds. */
  readonly sweepMs: number;
  /** Operations that begin before `until` take so much longer. */
  slowOperations(extraMs: number, until: number): void;
  close(): void;
}

/** Told apart from all other timers of the mock by its length. */
const operationMs = 1009;

export function createWorld(
  seed: number,
  clusterIds: readonly string[],
  { election = false, leaseMs = usualPace.duration, sweepMs = 120_000 }: Partial<Story> = {},
): World {
  const clock = virtualClock({ seed, settle: microtasksDone() });
  const trace = traceOf(clock);
  let slow = { extraMs: 0, until: 0 };
  let operations = 0;
  const cloudClock: Clock = {
    ...clock,
    after: (ms, callback) => {
      if (ms !== operationMs) return clock.after(ms, callback);
      operations += 1;
      const share = fraction(seed, `operation ${operations}`);
      const length = share < 0.8 ? 100 + share * 1500 : 1300 + (share - 0.8) * 30_000;
      return clock.after(length + (clock.monotonic() < slow.until ? slow.extraMs : 0), callback);
    },
  };
  const cloud = createGceCloud({ clock: cloudClock, project, region, zones, operationLatencyMs: operationMs, seed });
  const mirror = mirrorOf(cloud, () => clock.monotonic());
  const network = networkOf(clock, seed, mirror, trace);
  const apis = new Map(clusterIds.map((id, at) => [id, createKubeApi({ clock, seed: seed + at })]));
  const services = serviceLedger(apis, () => clock.monotonic());
  const hands = handsOf(cloud, mirror, trace, clock);
  const isLetGo = ({ gone, latest }: Recorded): boolean => gone || !hasFinalizer(latest);
  services.onChange((recorded) => {
    if (isLetGo(recorded)) void hands.letGo(recorded.uid);
  });
  mirror.onChange((key, _before, after) => {
    const owner = services.all.get((after && hands.strays.has(key) && markOf(after)?.uid) || '');
    if (owner && isLetGo(owner)) void hands.letGo(owner.uid);
  });
  network.taps.push({
    deliver: (life, { key, method }) => {
      if (life.dead && method.endsWith('.insert')) hands.expectStray(key);
    },
    delivered: (life, { key, method }, status) => {
      if (life.dead && method.endsWith('.insert') && status >= 300) hands.noStray(key);
    },
  });
  const clusters = new Map(
    [...apis].map(([id, kube]) => [
      id,
      clusterOf(id, {
        clock,
        cloud,
        kube,
        network,
        valves: watchValves(),
        leaseMs: election ? leaseMs : undefined,
        sweepMs,
      }),
    ]),
  );
  return {
    clock,
    trace,
    cloud,
    mirror,
    network,
    hands,
    services,
    clusters,
    election,
    sweepMs,
    slowOperations: (extraMs, until) => {
      slow = { extraMs, until };
    },
    close: () => {
      for (const { lives, kube } of clusters.values()) {
        for (const life of lives) life.crash();
        kube.close();
      }
    },
  };
}

export function clusterOf(id: string, place: Parameters<typeof beginLife>[0]): Cluster {
  const lives: Controller[] = [];
  const holder = (): string | undefined => {
    const lease = place.kube.store.get('coordination.k8s.io/leases', 'default/portico') as Json | undefined;
    return (lease?.['spec'] as { readonly holderIdentity?: string } | undefined)?.holderIdentity;
  };
  return {
    id,
    kube: place.kube,
    valves: place.valves,
    lives,
    request: async (method, path, body, contentType = 'application/json') => {
      const answer = await place.kube.handle({
        method,
        path,
        headers: { accept: 'application/json', 'content-type': contentType },
        body: body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body)),
        signal: new AbortController().signal,
      });
      const text = new TextDecoder().decode(answer.body as Uint8Array | undefined);
      return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Json) };
    },
    begin: (settings = {}) => {
      const life = beginLife(place, id, `${id}${lives.length + 1}`, settings);
      lives.push(life);
      return life;
    },
    current: () => {
      const alive = lives.filter(({ dead }) => !dead);
      return alive.find(({ name }) => name === holder()) ?? alive.at(-1);
    },
    holder,
  };
}
