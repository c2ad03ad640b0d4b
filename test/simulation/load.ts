import { createGceCloud, type GceCloud } from '../../mocks/gce-compute/cloud.ts';
import { usualPace } from '../../src/kube/election.ts';
import { createKubeApi } from '../../mocks/kube-apiserver/api.ts';
import { microtasksDone, virtualClock } from '../virtual-clock.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { CloudMirror } from './cloud-mirror.ts';
import { project, region, zones } from './controller-life.ts';
import { watchValves } from './kube-port.ts';
import { networkOf } from './network.ts';
import type { Json } from './story.ts';
import type { Trace } from './trace.ts';
import { type Cluster, clusterOf } from './world.ts';

export interface LoadSample {
  readonly hour: number;
  /** After a forced garbage collection, in bytes. */
  readonly heap: number;
  readonly calls: number;
}

export interface LoadOptions {
  readonly hours: number;
  /** Between two samples. */
  readonly everyHours: number;
  readonly services: number;
  readonly nodes: number;
  /** Gives the bytes in use, garbage left out. */
  readonly heap: () => Promise<number>;
}

const minute = 60_000;

/**
 * A busy cluster for hours of the simulated time: each minute a Service is edited, every ten minutes a node comes or goes,
 * every half hour a Service is deleted and made again, all is swept each ten minutes, and the leader renews its Lease every
 * two seconds. Whatever grows for good grows between the samples. What records a run for its reader is left out.
 */
export async function* load(options: LoadOptions): AsyncGenerator<LoadSample> {
  const clock = virtualClock({ seed: 1, settle: microtasksDone() });
  const cloud = createGceCloud({
    clock,
    project,
    region,
    zones,
    operationLatencyMs: 700,
    operationRetentionMs: 10 * minute,
    seed: 1,
  });
  const kube = createKubeApi({ clock, seed: 1 });
  const network = {
    ...networkOf(clock, 1, noMirror, noTrace),
    way: (): Promise<void> => network.pause(9),
    wayBack: (): Promise<void> => network.pause(9),
  };
  const place = {
    clock,
    cloud,
    kube,
    network,
    valves: watchValves(),
    leaseMs: usualPace.duration,
    sweepMs: 10 * minute,
  };
  const cluster = clusterOf('blue', place);
  const people = crowd(cloud, cluster, chanceOf(1), options);
  await people.begin();
  const controller = cluster.begin();
  for (let at = 1; at <= options.hours * 60; at += 1) {
    await people.during(at);
    await clock.advance(minute);
    // As etcd does every five minutes.
    if (at % 5 === 0) kube.store.compact(kube.store.revision());
    // It would fill up for a day.
    cloud.calls.reset();
    if (at % 60 === 0) await people.forgetEvents();
    if (at % (options.everyHours * 60) !== 0) continue;
    yield { hour: at / 60, heap: await options.heap(), calls: controller.calls };
  }
  if (controller.dead || controller.lastPass === undefined) throw new Error('The controller does not work.');
  controller.crash();
  kube.close();
}

const noTrace: Trace = { add: () => undefined, lines: [], hash: () => '' };

const noMirror: CloudMirror = {
  resources: new Map(),
  of: () => [],
  at: () => new Map(),
  onChange: () => undefined,
};

interface Crowd {
  begin(): Promise<void>;
  /** What people do in this minute. */
  during(at: number): Promise<void>;
  /** An API server keeps Events for an hour (`--event-ttl`). */
  forgetEvents(): Promise<void>;
}

function crowd(cloud: GceCloud, cluster: Cluster, chance: Chance, { services, nodes }: LoadOptions): Crowd {
  const collection = '/api/v1/namespaces/default/services';
  const present = new Set<number>();
  const ask = async (...what: Parameters<Cluster['request']>): Promise<void> => {
    const { status, body } = await cluster.request(...what);
    if (status >= 300) throw new Error(`${what[0]} ${what[1]}: ${status} ${JSON.stringify(body)}`);
  };
  const spec = (): Json => ({
    ports: [{ name: 'http', port: chance.int(80, 99), targetPort: 8080 }],
    loadBalancerSourceRanges: chance.pick([['10.0.0.0/8'], ['192.0.2.0/24', '198.51.100.0/24']]),
    sessionAffinity: chance.pick(['ClientIP', 'None']),
  });
  const makeService = (name: string): Promise<void> =>
    ask('POST', collection, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { type: 'LoadBalancer', selector: { app: name }, ...spec() },
    });
  const edit = (name: string): Promise<void> =>
    ask('PATCH', `${collection}/${name}`, { spec: spec() }, 'application/merge-patch+json');
  const toggle = async (number: number): Promise<void> => {
    const name = `node-${number}`;
    const zone = zones[number % zones.length] ?? zones[0];
    if (present.delete(number)) {
      cloud.removeInstance(zone, name);
      return ask('DELETE', `/api/v1/nodes/${name}`);
    }
    present.add(number);
    cloud.addInstance({ name, zone });
    return ask('POST', '/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
      spec: { providerID: `gce://${project}/${zone}/${name}` },
    });
  };
  let reborn: string | undefined;
  return {
    forgetEvents: () => ask('DELETE', '/api/v1/namespaces/default/events'),
    begin: async () => {
      for (let number = 0; number < nodes; number += 1) await toggle(number);
      for (let number = 0; number < services; number += 1) await makeService(`service-${number}`);
    },
    during: async (at) => {
      if (reborn !== undefined && at % 30 === 5) {
        await makeService(reborn);
        reborn = undefined;
      }
      const name = `service-${chance.int(0, services - 1)}`;
      if (at % 30 === 0) {
        await ask('DELETE', `${collection}/${name}`);
        reborn = name;
      } else if (name !== reborn) await edit(name);
      // The first stays, so that there is always one.
      if (at % 10 === 0) await toggle(chance.int(1, nodes - 1));
    },
  };
}
