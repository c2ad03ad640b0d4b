import { parseCidr } from './cidr.ts';
import type { OptionValue } from './intent.ts';
import { oneOf, wholeNumber } from './parse.ts';
import { driftPolicies, policies } from './policy.ts';

/** Another annotation that says the same, so that manifests written for other controllers work. */
export interface Alias {
  readonly key: string;
  /** The value in our words; the same text when left out. Undefined: it says nothing that we would do. */
  readonly translate?: (text: string) => string | undefined;
}

/** One option of a Service: how it is written, read and documented, in one place. */
export interface Option<T extends OptionValue = OptionValue> {
  /** What the value may be, for the reference page and for messages. */
  readonly accepts: string;
  readonly meaning: string;
  /** What happens without it. */
  readonly otherwise: string;
  /** Throws a plain Error that ends the sentence "the annotation …". */
  readonly parse: (text: string) => T;
  readonly aliases: readonly Alias[];
  /** `intent`: a field of the intent, for every cloud. `cloud`: handed on in `intent.options` for clouds that know it. */
  readonly reader: 'intent' | 'cloud';
}

export const optionPrefix = 'portico.dev/';

const option = <T extends OptionValue>(row: Option<T>): Option<T> => row;

const yesOrNo = (text: string): boolean => oneOf('true', 'false')(text) === 'true';

/** What clouds take as the name of a resource: an RFC 1035 label. */
const resourceLabel = (text: string): string => {
  const name = text.trim();
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new Error('must be one name of lower-case letters, digits and dashes, at most 63 characters');
  }
  return name;
};

/** One name, or two divided by a comma. */
const resourceLabels = (text: string): string => {
  const names = text.split(',').map(resourceLabel);
  if (names.length > 2) throw new Error('must be at most two names, the first for IPv4, the second for IPv6');
  return names.join(',');
};

/** https://cloud.google.com/compute/docs/labeling-resources#requirements */
const labelMap = (text: string): Readonly<Record<string, string>> => {
  const pairs = text.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
  for (const [key = '', value, ...more] of pairs) {
    if (
      !/^[a-z][-_a-z0-9]{0,62}$/.test(key) ||
      value === undefined ||
      !/^[-_a-z0-9]{0,63}$/.test(value) ||
      more.length > 0
    ) {
      throw new Error(
        'must be key=value pairs divided by commas, of lower-case letters, digits, dashes and underscores',
      );
    }
  }
  const reserved = pairs.find(([key = '']) => key.startsWith('portico-'));
  if (reserved)
    throw new Error(`must not have the key ${String(reserved[0])}: those that begin with portico- are Portico’s`);
  if (pairs.length > 64) throw new Error('must have at most 64 pairs');
  const twice = pairs.find(([key], index) => pairs.findIndex(([other]) => other === key) < index);
  if (twice) throw new Error(`must not have the key ${String(twice[0])} twice`);
  return Object.fromEntries(pairs.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));
};

const cidrs = (text: string): readonly string[] => {
  const parts = text.split(',').map((part) => part.trim());
  const bad = parts.filter((part) => parseCidr(part) === undefined);
  if (bad.length > 0) throw new Error(`must be CIDRs divided by commas; ${JSON.stringify(bad[0])} is none`);
  return parts;
};

const internalType: Alias['translate'] = (text) =>
  text.trim().toLowerCase() === 'internal' ? 'internal' : text.trim() === '' ? undefined : text;

/** Every option, by the name that follows `portico.dev/`. */
export const options = {
  scheme: option({
    accepts: 'external, internal',
    meaning: 'Whether clients come from the internet or only from the networks of the cloud.',
    otherwise: 'external',
    parse: oneOf('external', 'internal'),
    aliases: [
      { key: 'networking.gke.io/load-balancer-type', translate: internalType },
      { key: 'cloud.google.com/load-balancer-type', translate: internalType },
    ],
    reader: 'intent',
  }),
  'source-ranges': option({
    accepts: 'CIDRs divided by commas',
    meaning: 'Who may connect. `spec.loadBalancerSourceRanges` wins when it is set.',
    otherwise: 'everybody',
    parse: cidrs,
    aliases: [
      {
        key: 'service.beta.kubernetes.io/load-balancer-source-ranges',
        translate: (text) => (text.trim() === '' ? undefined : text),
      },
    ],
    reader: 'intent',
  }),
  'static-address': option({
    accepts: 'the name of an address in the project; for dual stack two names, IPv4 first',
    meaning: 'Use this address that you reserved. It is never deleted. Wins over `spec.loadBalancerIP`.',
    otherwise: 'an address is reserved for the Service',
    parse: resourceLabels,
    aliases: [{ key: 'networking.gke.io/load-balancer-ip-addresses' }],
    reader: 'intent',
  }),
  adopt: option({
    accepts: 'the name of a forwarding rule; for dual stack two names, IPv4 first',
    meaning:
      'Take over the balancer of this rule, which Portico did not make, with its address: the rule is replaced, what stood behind it is left. Only when the rule carries the label `portico-adopt` with the UID of the Service, which needs rights in the cloud. For a Service that has no balancer of Portico’s yet; afterwards it does nothing.',
    otherwise: 'what others made is left alone',
    parse: resourceLabels,
    aliases: [],
    reader: 'cloud',
  }),
  'address-policy': option({
    accepts: 'reserve, hold',
    meaning:
      'reserve keeps a static address for the Service as long as it wants a balancer. hold leaves the address with the balancer and reserves it only around a replacement, for projects that are short of static addresses.',
    otherwise: 'reserve',
    parse: oneOf('reserve', 'hold'),
    aliases: [],
    reader: 'cloud',
  }),
  'allow-address-change': option({
    accepts: 'true, false',
    meaning: 'Consents to changes that cannot be made without giving the present address up.',
    otherwise: 'such changes wait, and a condition says so',
    parse: yesOrNo,
    aliases: [],
    reader: 'intent',
  }),
  policy: option({
    accepts: 'sync, upsert-only, observe',
    meaning:
      'What Portico may do in the cloud for the Service. upsert-only makes and changes, and deletes nothing. observe does nothing at all: a condition and an Event tell what would be done. Of the Service and the setting `--policy` the stricter counts. What may not be deleted keeps its Service from going.',
    otherwise: 'what the setting `--policy` says',
    parse: oneOf(...policies),
    aliases: [],
    reader: 'intent',
  }),
  drift: option({
    accepts: 'repair, report, off',
    meaning:
      'What happens about changes in the cloud that nobody asked for through Kubernetes. repair undoes them. report leaves them, and the condition `portico.dev/Drift` says what differs. off leaves them and says nothing. This holds from the moment when all is as asked; the next change of the Service, or of the zones of the nodes, is carried out whole, and undoes them too.',
    otherwise: 'what the setting `--drift` says',
    parse: oneOf(...driftPolicies),
    aliases: [],
    reader: 'intent',
  }),
  retain: option({
    accepts: 'nothing, address, everything',
    meaning:
      'What stays in the cloud when the Service is deleted or stops to be a load balancer. It is nobody’s from then on: Portico takes its mark away and leaves it alone. An address that stayed can be given to another Service with `portico.dev/static-address`. With address, the policy for addresses is reserve.',
    otherwise: 'nothing',
    parse: oneOf('nothing', 'address', 'everything'),
    aliases: [],
    reader: 'intent',
  }),
  'health-check': option({
    accepts: 'node-port, proxy',
    meaning:
      'What is probed with externalTrafficPolicy Cluster: the first TCP nodePort, or /healthz of kube-proxy on port 10256. With Local it is always /healthz on the healthCheckNodePort.',
    otherwise: 'node-port; proxy when the Service has no TCP nodePort',
    parse: oneOf('node-port', 'proxy'),
    aliases: [],
    reader: 'intent',
  }),
  'health-check-interval': option({
    accepts: 'seconds, 1 to 300',
    meaning: 'Time between two probes of a node.',
    otherwise: '8 with externalTrafficPolicy Cluster, 3 with Local',
    parse: wholeNumber(1, 300),
    aliases: [],
    reader: 'intent',
  }),
  'health-check-timeout': option({
    accepts: 'seconds, 1 to 300, at most the interval',
    meaning: 'How long a probe waits for its answer.',
    otherwise: '1',
    parse: wholeNumber(1, 300),
    aliases: [],
    reader: 'intent',
  }),
  'health-check-healthy-threshold': option({
    accepts: 'probes, 1 to 10',
    meaning: 'Good answers in a row after which a node gets traffic.',
    otherwise: '1',
    parse: wholeNumber(1, 10),
    aliases: [],
    reader: 'intent',
  }),
  'health-check-unhealthy-threshold': option({
    accepts: 'probes, 1 to 10',
    meaning: 'Bad answers in a row after which a node gets no more new connections.',
    otherwise: '3 with externalTrafficPolicy Cluster, 2 with Local',
    parse: wholeNumber(1, 10),
    aliases: [],
    reader: 'intent',
  }),
  'network-tier': option({
    accepts: 'premium, standard',
    meaning: 'The network that carries the traffic between clients and the region.',
    otherwise: 'premium',
    parse: oneOf('premium', 'standard'),
    aliases: [{ key: 'cloud.google.com/network-tier' }],
    reader: 'cloud',
  }),
  'global-access': option({
    accepts: 'true, false',
    meaning: 'Whether clients of other regions may reach an internal balancer.',
    otherwise: 'false',
    parse: yesOrNo,
    aliases: [{ key: 'networking.gke.io/internal-load-balancer-allow-global-access' }],
    reader: 'cloud',
  }),
  subnet: option({
    accepts: 'the name of a subnetwork',
    meaning: 'Where internal and IPv6 addresses are taken from.',
    otherwise: 'the subnetwork of the configuration',
    parse: resourceLabel,
    aliases: [
      { key: 'networking.gke.io/load-balancer-subnet' },
      { key: 'networking.gke.io/internal-load-balancer-subnet' },
    ],
    reader: 'cloud',
  }),
  'resource-labels': option({
    accepts: 'key=value pairs divided by commas',
    meaning: 'Labels of what is made for the Service, where the cloud has labels: addresses and forwarding rules.',
    otherwise: 'none',
    parse: labelMap,
    aliases: [],
    reader: 'cloud',
  }),
  'connection-draining': option({
    accepts: 'seconds, 0 to 3600',
    meaning: 'How long connections that are open may go on when their node leaves.',
    otherwise: '30 with TCP alone, otherwise 0',
    parse: wholeNumber(0, 3600),
    aliases: [],
    reader: 'cloud',
  }),
  'node-port-firewall': option({
    accepts: 'true, false',
    meaning:
      'Lets the source ranges reach the nodePorts at the nodes’ own addresses, where the cloud has a firewall in front of its machines.',
    otherwise: 'false: the firewall stays as it is',
    parse: yesOrNo,
    aliases: [],
    reader: 'cloud',
  }),
  weights: option({
    accepts: 'none, pods-per-node',
    meaning:
      'pods-per-node gives each node a share of the connections by its number of ready pods, so that every pod gets the same. Needs externalTrafficPolicy Local.',
    otherwise: 'none: every node that is well gets the same share',
    parse: oneOf('none', 'pods-per-node'),
    aliases: [{ key: 'networking.gke.io/weighted-load-balancing' }],
    reader: 'cloud',
  }),
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof options;
type ValueOf<O> = O extends Option<infer T> ? T : never;
export type Options = { readonly [K in OptionName]?: ValueOf<(typeof options)[K]> };
