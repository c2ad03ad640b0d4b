import { createGceCloud, type GceCloud } from '../../../mocks/index.ts';
import { type DataPlane, startDataPlane } from '../../../mocks/data-plane/data-plane.ts';
import type { Packet, Verdict } from '../../../mocks/data-plane/packet.ts';
import { inDefault, type KubeThing, mergePatch, service } from '../kube-controllers/cluster.ts';
import { type RunningCluster, runningCluster } from './running-cluster.ts';

/** A cluster, a cloud whose machines are its nodes, and the packets between them. Nothing makes balancers by itself. */
export interface WiredCloud extends RunningCluster {
  readonly cloud: GceCloud;
  readonly plane: DataPlane;
  /** What became of the flows so far, the newest last. */
  readonly flows: { readonly packet: Packet; readonly verdict: Verdict }[];
  /** A call to the Compute API that must succeed, and its operation's end. */
  compute(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>>;
  /** A Service, with its chosen ports and addresses. */
  expose(name: string, spec?: Readonly<Record<string, unknown>>): Promise<KubeThing>;
  /** Puts the address into the Service's status, as a controller does. */
  publish(name: string, ip: string): Promise<void>;
  end(): Promise<void>;
}

const region = 'regions/us-central1';
const zoneOf = (index: number): string => `us-central1-${'abc'.charAt((index - 1) % 3)}`;

export async function wiredCloud(nodes = 3): Promise<WiredCloud> {
  const cluster = await runningCluster(nodes);
  const { clock, site, activity, api } = cluster;
  const cloud = createGceCloud({ clock, externalRanges: [site.externalRange] });
  cluster.power.follow(cloud, api.store);
  const flows: { packet: Packet; verdict: Verdict }[] = [];
  for (let index = 1; index <= nodes; index += 1) {
    cloud.addInstance({ name: `node-${index}`, zone: zoneOf(index), networkIP: site.nodeAddress(index) });
  }
  const told = (packet: Packet, verdict: Verdict): number => flows.push({ packet, verdict });
  const plane = startDataPlane({ clock, plan: site.plan, kube: api, cloud, activity, dropMs: 0, told });

  async function compute(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
    const answer = await cloud.handle({
      method,
      path: `/compute/v1/projects/portico/${path}`,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
      signal: new AbortController().signal,
    });
    const text = Buffer.from(answer.body).toString();
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    await cluster.advance(50);
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  }

  return {
    ...cluster,
    cloud,
    plane,
    flows,
    compute,
    async expose(name, spec = {}) {
      await cluster.request('POST', inDefault.services, service(name, spec));
      await cluster.advance(50);
      return cluster.request('GET', `${inDefault.services}/${name}`);
    },
    async publish(name, ip) {
      const status = { loadBalancer: { ingress: [{ ip }] } };
      await cluster.request('PATCH', `${inDefault.services}/${name}/status`, { status }, mergePatch);
      await cluster.advance(50);
    },
    async end() {
      await plane.close();
      cluster.close();
    },
  };
}

export interface BalancerShape {
  readonly name: string;
  readonly ports?: readonly string[];
  readonly protocol?: 'TCP' | 'UDP';
  /** Of `healthChecks.insert`. */
  readonly check: object;
  /** More of the backend service. */
  readonly backend?: object;
  /** Numbers of nodes; default all three. */
  readonly nodes?: readonly number[];
  /** Of the firewall for clients; absent: none is made. */
  readonly open?: object | false;
}

const link = (path: string): string => `https://www.googleapis.com/compute/v1/projects/portico/${path}`;

/** Makes a balancer by hand, as the documentation of the cloud tells; answers its address. */
export async function makeBalancer(world: WiredCloud, shape: BalancerShape): Promise<string> {
  const { name, ports = ['80'], protocol = 'TCP', check, backend = {}, nodes = [1, 2, 3], open = {} } = shape;
  const timing = { checkIntervalSec: 2, timeoutSec: 1, healthyThreshold: 2, unhealthyThreshold: 2 };
  await world.compute('POST', `${region}/healthChecks`, { name, ...timing, ...check });
  const groups = nodes.map((index) => `zones/${zoneOf(index)}/instanceGroups/nodes`);
  for (const index of nodes) {
    const zone = `zones/${zoneOf(index)}`;
    const present = world.cloud.view.find(`${zone}/instanceGroups/nodes`);
    if (present) continue;
    await world.compute('POST', `${zone}/instanceGroups`, { name: 'nodes' });
    const instances = [{ instance: link(`${zone}/instances/node-${index}`) }];
    await world.compute('POST', `${zone}/instanceGroups/nodes/addInstances`, { instances });
  }
  await world.compute('POST', `${region}/backendServices`, {
    name,
    protocol,
    loadBalancingScheme: 'EXTERNAL',
    healthChecks: [link(`${region}/healthChecks/${name}`)],
    backends: groups.map((group) => ({ group: link(group) })),
    ...backend,
  });
  await world.compute('POST', `${region}/forwardingRules`, {
    name,
    IPProtocol: protocol,
    ports,
    loadBalancingScheme: 'EXTERNAL',
    backendService: link(`${region}/backendServices/${name}`),
  });
  const rule = world.cloud.view.forwardingRules().find((each) => each.name === name);
  if (!rule) throw new Error(`No forwarding rule ${name}.`);
  if (open !== false)
    await openFirewall(world, name, { destinationRanges: [rule.IPAddress], ...open }, protocol, ports);
  return rule.IPAddress;
}

export const openFirewall = (
  world: WiredCloud,
  name: string,
  more: object,
  protocol = 'TCP',
  ports: readonly string[] = ['80'],
): Promise<unknown> =>
  world.compute('POST', 'global/firewalls', {
    name,
    allowed: [{ IPProtocol: protocol.toLowerCase(), ports }],
    sourceRanges: ['0.0.0.0/0'],
    ...more,
  });

/** Lets the health checks of the cloud reach the machines. */
export const openForProbes = (world: WiredCloud): Promise<unknown> =>
  world.compute('POST', 'global/firewalls', {
    name: 'probes',
    allowed: [{ IPProtocol: 'tcp' }],
    sourceRanges: ['35.191.0.0/16', '209.85.152.0/22', '209.85.204.0/22'],
  });
