import { resourceName } from '../../src/model/resource-name.ts';
import { placeOf, plain } from './hands.ts';
import { type Controller, project } from './controller-life.ts';
import { hasFinalizer } from './service-ledger.ts';
import type { Json, What } from './story.ts';
import type { Cluster, World } from './world.ts';

/** Lets one thing of the story happen. What does not fit the state of the world any more does nothing. */
export async function act(world: World, what: What): Promise<void> {
  const { network, hands, clock } = world;
  const now = clock.monotonic();
  if ('cluster' in what) {
    const cluster = world.clusters.get(what.cluster);
    if (cluster) await actIn(world, cluster, what);
    return;
  }
  switch (what.do) {
    case 'cloud-fault':
      network.cloudFaults.add(what.method, what.times, what.effect);
      return;
    case 'kube-fault':
      network.kubeFaults.add(what.method, what.times, what.effect);
      return;
    case 'stale-lists':
      network.setStale(what.staleMs, now + what.forMs);
      return;
    case 'slow-lists':
      network.slowLists(what.extraMs, now + what.forMs);
      return;
    case 'slow-operations':
      world.slowOperations(what.extraMs, now + what.forMs);
      return;
    case 'delete-resource':
      await hands.remove(what.which, what.of);
      return;
    case 'edit-resource':
      await hands.edit(what.which, what.how);
      return;
    case 'replace-resource':
      await hands.replace(what.which);
      return;
    case 'restore-address':
      await hands.restore(what.which, (uid) => {
        const owner = world.services.all.get(uid);
        return !owner || owner.gone || !hasFinalizer(owner.latest);
      });
      return;
    case 'reserve-address':
      await hands.make(placeOf['addresses'] ?? '', { name: what.name });
      return;
    default:
      what satisfies never;
  }
}

type InCluster = Extract<What, { readonly cluster: string }>;

async function actIn(world: World, cluster: Cluster, what: InCluster): Promise<void> {
  const { clock, network } = world;
  switch (what.do) {
    case 'create-service':
      await ask(world, cluster, 'POST', '/api/v1/namespaces/default/services', {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: what.name, annotations: what.annotations },
        spec: { type: 'LoadBalancer', selector: { app: what.name }, ...what.spec },
      });
      return;
    case 'edit-service':
      if (isUnseenChangeOfClass(world, cluster, what)) return;
      await merge(world, cluster, servicePath(what.name), what.patch);
      return;
    case 'edit-status':
      await merge(world, cluster, `${servicePath(what.name)}/status`, what.patch);
      return;
    case 'delete-service':
      await ask(world, cluster, 'DELETE', servicePath(what.name));
      return;
    case 'add-node':
    case 'edit-node':
    case 'remove-node':
      await changeNode(world, cluster, what);
      return;
    case 'plant-foreign':
      await plant(world, cluster, what.name, what.role);
      return;
    case 'crash':
      crash(world, cluster.current(), what.lateMs, () => {
        clock.after(what.downMs, () => revive(cluster, what.settings));
      });
      return;
    case 'restart': {
      const life = cluster.current();
      life?.stop();
      // Who has not stopped by then, since it is frozen, is killed, as by a kubelet.
      clock.after(what.downMs + 12_000, () => {
        if (life?.dead === false) life.crash();
        revive(cluster, what.settings);
      });
      return;
    }
    case 'stand-by':
      if (cluster.lives.filter(({ dead }) => !dead).length < 3) cluster.begin(cluster.lives.at(-1)?.settings);
      return;
    case 'freeze':
      lifeAt(cluster, what.which)?.clock.freeze(what.forMs);
      return;
    case 'cut-watches':
      for (const cut of cluster.valves.cuts) cut();
      return;
    case 'stall-watch':
      cluster.valves.stalledUntil.set(what.resource, clock.monotonic() + what.forMs);
      return;
    case 'compact':
      cluster.kube.store.compact(cluster.kube.store.revision());
      for (const cut of cluster.valves.cuts) cut();
      return;
    case 'jump-clock':
      network.trace.add(cluster.id, `clock jumps by ${what.byMs} ms`);
      cluster.current()?.clock.jump(what.byMs);
      return;
    default:
      what satisfies never;
  }
}

/**
 * A Service that becomes another class's before our controller has cleaned up. Seen by a controller that runs it is dealt
 * with (test/controller/lifecycle.test.ts); one that was down meanwhile cannot tell it from a Service that a second
 * Portico of the cluster serves, and leaves it alone.
 */
function isUnseenChangeOfClass(
  { services }: World,
  { id }: Cluster,
  { name, patch }: Extract<What, { readonly do: 'edit-service' }>,
): boolean {
  const spec = patch['spec'] as Json | undefined;
  const found = services.present(id).find(({ key }) => key === `default/${name}`);
  return spec?.['loadBalancerClass'] !== undefined && found !== undefined && hasFinalizer(found.latest);
}

/** How long a crash waits for a change that the process sends, in milliseconds. */
const soonMs = 3000;

function crash(
  { network, clock }: World,
  life: Controller | undefined,
  lateMs: number | undefined,
  then: () => void,
): void {
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    life?.crash(lateMs);
    then();
  };
  if (lateMs === undefined) return end();
  network.taps.push({
    sending: (who, { writes, method }) => {
      if (!over && who === life && writes && !method.startsWith('leases.')) clock.after(0, end);
    },
  });
  clock.after(soonMs, end);
}

function lifeAt(cluster: Cluster, which: number | 'leader'): Controller | undefined {
  return which === 'leader' ? cluster.current() : cluster.lives.filter(({ dead }) => !dead).at(-1 - which);
}

function revive(cluster: Cluster, settings = cluster.lives.at(-1)?.settings): void {
  if (!cluster.current()) cluster.begin(settings);
}

const servicePath = (name: string): string => `/api/v1/namespaces/default/services/${name}`;

async function ask(
  world: World,
  cluster: Cluster,
  method: string,
  path: string,
  body?: Json,
  type?: string,
): Promise<boolean> {
  const { status, body: answer } = await cluster.request(method, path, body, type);
  const refused = status < 300 ? '' : ` (refused with ${status}: ${String(answer['message']).slice(0, 160)})`;
  world.trace.add(
    'people',
    `${cluster.id}: ${method} ${path} ${body === undefined ? '' : JSON.stringify(body)}${refused}`,
  );
  return status < 300;
}

const merge = (world: World, cluster: Cluster, path: string, patch: Json): Promise<boolean> =>
  ask(world, cluster, 'PATCH', path, patch, 'application/merge-patch+json');

async function changeNode(
  world: World,
  cluster: Cluster,
  what: Extract<InCluster, { readonly node: string }>,
): Promise<void> {
  const path = `/api/v1/nodes/${what.node}`;
  switch (what.do) {
    case 'add-node':
      if (!world.cloud.view.instances().some(({ name }) => name === what.node)) {
        world.cloud.addInstance({ name: what.node, zone: what.zone });
      }
      await ask(world, cluster, 'POST', '/api/v1/nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: what.node, labels: { 'topology.kubernetes.io/zone': what.zone } },
        spec: { providerID: `gce://${project}/${what.zone}/${what.node}` },
      });
      return;
    case 'edit-node':
      await merge(world, cluster, path, what.patch);
      return;
    case 'remove-node': {
      const machine = world.cloud.view.instances().find(({ name }) => name === what.node);
      if (machine && what.machineToo)
        world.cloud.removeInstance(machine.zone.slice(machine.zone.lastIndexOf('/') + 1), machine.name);
      await ask(world, cluster, 'DELETE', path);
      return;
    }
    default:
      what satisfies never;
  }
}

/** Somebody's own thing under the name that a Service's resource will have. */
async function plant({ hands, services }: World, { id }: Cluster, name: string, role: string): Promise<void> {
  const found = services.present(id).find(({ key }) => key === `default/${name}`);
  if (!found) return;
  const owner = { kind: 'service', cluster: id, namespace: 'default', name, uid: found.uid } as const;
  const collection = role === 'ipv4' ? 'addresses' : 'healthChecks';
  const planted = resourceName('portico', owner, role);
  await hands.make(placeOf[collection] ?? '', { name: planted, ...plain[collection] });
}
