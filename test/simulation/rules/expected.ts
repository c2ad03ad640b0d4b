import type { Service } from '../../../src/model/service.ts';
import { collectionOf, nameOf } from '../cloud-mirror.ts';
import { markOf } from '../mark.ts';
import type { Recorded } from '../service-ledger.ts';
import type { Json } from '../story.ts';
import type { World } from '../world.ts';
import { openings, portsIn } from './firewalls.ts';

const plain = (ip: unknown): string => String(ip).replace(/\/\d+$/, '');
const last = (url: unknown): string => String(url).slice(String(url).lastIndexOf('/') + 1);
const texts = (value: unknown): readonly string[] => (value ?? []) as readonly string[];

/** What is wrong with the balancer of a Service that wants one; empty when it is exactly as asked for. */
export function differencesOf(world: World, { cluster, uid, latest }: Recorded): readonly string[] {
  const { mirror } = world;
  const { spec, metadata, status } = latest;
  const problems: string[] = [];
  const own = (collection: string): readonly Json[] =>
    mirror.of(collection).flatMap(([, body]) => (markOf(body)?.uid === uid ? [body] : []));
  const same = (what: string, found: unknown, wanted: unknown): void => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      problems.push(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
    }
  };
  const option = (name: string): string | undefined => metadata.annotations[`portico.dev/${name}`];
  const settings = world.clusters.get(cluster)?.lives.at(-1)?.settings ?? {};
  const inside = option('scheme') === 'internal';
  const asked = option('static-address') !== undefined || spec.loadBalancerIP !== null;
  const { ports, sources } = openings(latest);
  const protocols = [...new Set(ports.map((port) => port.slice(0, 3).toUpperCase()))];
  const numbers = [...new Set(spec.ports.map(({ port }) => port))].toSorted((a, b) => a - b).map(String);

  same('number of rules', own('forwardingRules').length, 1);
  same('number of backend services', own('backendServices').length, 1);
  const held = option('address-policy') === 'hold' && option('retain') !== 'address';
  same('number of addresses', own('addresses').length, asked || held ? 0 : 1);
  const rule = own('forwardingRules')[0] ?? {};
  const backend = own('backendServices')[0] ?? {};
  const address = own('addresses')[0];
  const ip = plain(rule['IPAddress']);
  if (address) same('IP of the rule', ip, plain(address['address']));
  if (spec.loadBalancerIP !== null) same('IP of the rule', ip, spec.loadBalancerIP);
  same('status', status.ingress, [{ ip, ipMode: 'VIP' }]);
  same('scheme', rule['loadBalancingScheme'], inside ? 'INTERNAL' : 'EXTERNAL');
  same('protocol', rule['IPProtocol'], protocols.length > 1 ? 'L3_DEFAULT' : protocols[0]);
  const all = protocols.length > 1 || numbers.length > 5;
  same(
    'ports',
    rule['allPorts'] === true ? 'all' : texts(rule['ports']).toSorted((a, b) => Number(a) - Number(b)),
    all ? 'all' : numbers,
  );
  same('target of the rule', last(rule['backendService']), backend['name']);
  if (!inside && !asked)
    same('tier', rule['networkTier'], option('network-tier') === 'standard' ? 'STANDARD' : 'PREMIUM');
  same('affinity', backend['sessionAffinity'], spec.sessionAffinity === 'ClientIP' ? 'CLIENT_IP' : 'NONE');
  same('protocol behind', backend['protocol'], protocols.length > 1 ? 'UNSPECIFIED' : protocols[0]);
  const groups = texts(backend['backends']).map((each) => last((each as unknown as Json)['group']));
  same('groups', groups.toSorted(), groupsOf(world, cluster));
  problems.push(
    ...healthProblems(world, cluster, latest, own('healthChecks'), last(texts(backend['healthChecks'])[0])),
  );

  same(
    'firewall',
    firewallsOf(world, uid),
    settings.manageFirewalls === false || sources.length === 0
      ? []
      : [{ to: [`${ip}/32`], ports, from: sources, disabled: false }, ...towardsNodes(latest)].map(textOf).toSorted(),
  );
  return problems;
}

/** What is wrong with a Service that has no balancer and asks for its nodePorts to be opened. */
export function nodePortDifferences(world: World, { uid, latest }: Recorded): readonly string[] {
  const others = [...world.mirror.resources]
    .filter(([key, body]) => markOf(body)?.uid === uid && collectionOf(key) !== 'firewalls')
    .map(([key]) => `${key} is left`);
  const [found, wanted] = [firewallsOf(world, uid), towardsNodes(latest).map(textOf)].map(textOf);
  return [...others, ...(found === wanted ? [] : [`firewall is ${found}, not ${wanted}`])];
}

interface Opening {
  readonly to: readonly string[];
  readonly ports: readonly string[];
  readonly from: readonly string[];
  readonly disabled: boolean;
}

const textOf = (value: unknown): string => JSON.stringify(value);

function towardsNodes(service: Service): readonly Opening[] {
  const { nodePorts, sources } = openings(service);
  const asked = service.metadata.annotations['portico.dev/node-port-firewall'] === 'true';
  return asked && nodePorts.length > 0 ? [{ to: [], ports: nodePorts, from: sources, disabled: false }] : [];
}

/** What the firewall rules of a Service let in, sorted. */
const firewallsOf = ({ mirror }: World, uid: string): readonly string[] =>
  mirror
    .of('firewalls')
    .filter(([, body]) => markOf(body)?.uid === uid)
    .map(
      ([, body]): Opening => ({
        to: texts(body['destinationRanges']),
        ports: portsIn(body),
        from: texts(body['sourceRanges']).toSorted(),
        disabled: body['disabled'] === true,
      }),
    )
    .map(textOf)
    .toSorted();

function healthProblems(
  world: World,
  cluster: string,
  { spec, metadata }: Service,
  own: readonly Json[],
  used: string,
): string[] {
  const local = spec.externalTrafficPolicy === 'Local' && spec.healthCheckNodePort > 0;
  const nodePort = spec.ports.find(
    ({ protocol = 'TCP', nodePort: port = 0 }) => protocol === 'TCP' && port > 0,
  )?.nodePort;
  const tcp =
    !local && spec.externalTrafficPolicy !== 'Local' && metadata.annotations['portico.dev/health-check'] !== 'proxy';
  const check = world.mirror.of('healthChecks').find(([, body]) => body['name'] === used)?.[1] ?? {};
  const probe = (check['tcpHealthCheck'] ?? check['httpHealthCheck'] ?? {}) as Json;
  const found = [check['type'], probe['port']];
  const wanted = local
    ? ['HTTP', spec.healthCheckNodePort]
    : tcp && nodePort !== undefined
      ? ['TCP', nodePort]
      : ['HTTP', 10256];
  const shared = markOf(check)?.uid === null && markOf(check)?.cluster === cluster;
  const problems: string[] = [];
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    problems.push(`health check is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  if (own.length !== (shared ? 0 : 1)) problems.push(`it has ${own.length} health checks, and uses ${used}`);
  const interval = Number(
    metadata.annotations['portico.dev/health-check-interval'] ?? (spec.externalTrafficPolicy === 'Local' ? 3 : 8),
  );
  if (check['checkIntervalSec'] !== interval)
    problems.push(`it is checked every ${String(check['checkIntervalSec'])} s, not ${interval}`);
  return problems;
}

/** Names of the cluster's groups, sorted. */
const groupsOf = ({ mirror }: World, cluster: string): readonly string[] =>
  mirror
    .of('instanceGroups')
    .flatMap(([key, body]) => (markOf(body)?.cluster === cluster ? [nameOf(key)] : []))
    .toSorted();

/** What is wrong with what the Services of a cluster share. */
export function sharedDifferences(world: World, cluster: string): readonly string[] {
  const { mirror, services, clusters } = world;
  const active = services
    .present(cluster)
    .some(({ latest }) => latest.spec.type === 'LoadBalancer' && latest.spec.loadBalancerClass === null);
  const shared = [...mirror.resources].filter(
    ([, body]) => markOf(body)?.cluster === cluster && markOf(body)?.uid === null,
  );
  if (!active) return shared.map(([key]) => `${key} is left though no Service needs it`);
  const problems: string[] = [];
  const wanted = new Map<string, string[]>();
  for (const { name, zone } of eligibleNodes(world, cluster)) wanted.set(zone, [...(wanted.get(zone) ?? []), name]);
  const groups = shared.filter(([key]) => collectionOf(key) === 'instanceGroups');
  for (const [key, body] of groups) {
    const zone = key.split('/')[1] ?? '';
    const members = texts(body['members']).map(last).toSorted();
    const asked = (wanted.get(zone) ?? []).toSorted();
    if (JSON.stringify(members) !== JSON.stringify(asked))
      problems.push(`${key} has ${members.join()}, not ${asked.join()}`);
    wanted.delete(zone);
  }
  for (const zone of wanted.keys()) problems.push(`there is no group for ${zone}`);
  const manages = clusters.get(cluster)?.lives.at(-1)?.settings.manageFirewalls !== false;
  const count = (collection: string): number => shared.filter(([key]) => collectionOf(key) === collection).length;
  if (count('firewalls') !== (manages ? 1 : 0))
    problems.push(`there are ${count('firewalls')} rules for health checks`);
  if (count('healthChecks') !== 1) problems.push(`there are ${count('healthChecks')} shared health checks`);
  return problems;
}

const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers';

interface RawNode {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly providerID?: string; readonly taints?: readonly { readonly key: string }[] };
}

/** Nodes that are to carry traffic and have a machine. */
export function eligibleNodes(
  { clusters, cloud }: World,
  cluster: string,
): readonly { readonly name: string; readonly zone: string }[] {
  const nodes = (clusters.get(cluster)?.kube.store.list('/nodes', '').objects ?? []) as unknown as readonly RawNode[];
  const machines = new Set(cloud.view.instances().map(({ name, zone }) => `${last(zone)}/${name}`));
  return nodes.flatMap(({ metadata: { labels = {} }, spec = {} }) => {
    const out =
      labels[excluded] !== undefined ||
      spec.taints?.some(({ key }) => key === 'ToBeDeletedByClusterAutoscaler') === true;
    const [zone = '', name = ''] = (spec.providerID ?? '').split('/').slice(-2);
    return out || !machines.has(`${zone}/${name}`) ? [] : [{ name, zone }];
  });
}
