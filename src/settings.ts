import { isIP } from 'node:net';
import { parseCidr } from './model/cidr.ts';
import type { IpFamily } from './model/intent.ts';
import { oneOf, wholeNumber } from './model/parse.ts';
import { driftPolicies, orphanPolicies, policies } from './model/policy.ts';

/** One setting of `portico run`: read from a flag, the environment or a file, documented in one place. */
export interface Setting<T> {
  /** What stands for the value in the help. */
  readonly placeholder: string;
  readonly help: string;
  /** The value in use when nobody gives one; `undefined` leaves the setting out. */
  readonly fallback: T | undefined;
  readonly required: boolean;
  /** Throws a plain Error whose message says what is accepted. */
  readonly parse: (text: string) => T;
}

const setting = <T>(placeholder: string, help: string, parse: (text: string) => T, fallback?: T): Setting<T> => ({
  placeholder,
  help,
  parse,
  fallback,
  required: false,
});

const required = <T>(placeholder: string, help: string, parse: (text: string) => T): Setting<T> => ({
  ...setting(placeholder, help, parse),
  required: true,
});

const nonEmpty = (text: string): string => {
  if (text.trim() === '') throw new Error('must not be empty');
  return text;
};

const matching =
  (pattern: RegExp, says: string) =>
  (text: string): string => {
    if (!pattern.test(text)) throw new Error(says);
    return text;
  };

const httpUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error('must be a URL that begins with http:// or https://');
  }
  return text;
};

const commaList = (text: string): readonly string[] => {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
  if (items.length === 0) throw new Error('must be one or more names divided by commas');
  return items;
};

const families = (text: string): readonly IpFamily[] => commaList(text).map(oneOf('ipv4', 'ipv6'));

const portRanges = (text: string): readonly string[] => {
  const ports = commaList(text);
  const bad = ports.find((port) => !/^\d{1,5}(-\d{1,5})?$/.test(port));
  if (bad !== undefined) throw new Error('must be ports or ranges such as 30000-32767, divided by commas');
  return ports;
};

const cidrList = (text: string): readonly string[] => {
  const bad = commaList(text).find((cidr) => parseCidr(cidr) === undefined);
  if (bad !== undefined) throw new Error(`must be CIDRs divided by commas; ${JSON.stringify(bad)} is none`);
  return commaList(text);
};

/** A host and a port to listen on. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const listenAddress = (text: string): ListenAddress | 'off' => {
  if (text === 'off') return 'off';
  const [, host, port] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(text) ?? [];
  if (host === undefined || port === undefined || Number(port) > 65_535 || (isIP(host) === 0 && host !== 'localhost')) {
    throw new Error('must be HOST:PORT with an IP address or localhost, such as 127.0.0.1:9464, or off');
  }
  return { host, port: Number(port) };
};

/** The name of a cluster becomes part of names in the cloud and of marks, so it is kept to what all clouds accept. */
const clusterId = matching(
  /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
  'must be 1 to 63 lower-case letters, digits and dashes, and begin with a letter',
);

const loadBalancerClass = matching(
  /^[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?(\/[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?$/,
  'must be a label-style name such as portico.dev/gce',
);

/** Every setting of `portico run`. A key `gceProject` is the flag `--gce-project` and the variable `PORTICO_GCE_PROJECT`. */
export const settings = {
  kubeconfig: setting(
    'FILE',
    'kubeconfig of the cluster; without it $KUBECONFIG, ~/.kube/config, or the Pod’s own account',
    nonEmpty,
  ),
  provider: required('NAME', 'the cloud: gce or mock', oneOf('gce', 'mock')),
  clusterId: required(
    'ID',
    'the name of this cluster, unique in the cloud project; never change it while Services exist',
    clusterId,
  ),
  gceProject: setting('PROJECT', 'Google Cloud project; on Google Cloud that of the machine, without it', nonEmpty),
  gceRegion: setting(
    'REGION',
    'region of the cluster’s nodes, such as us-central1; on Google Cloud that of the machine, without it',
    nonEmpty,
  ),
  gceNetwork: setting(
    'NETWORK',
    'VPC network of the nodes; without it that of the machine when its project is taken too, else default',
    nonEmpty,
  ),
  gceSubnetwork: setting(
    'SUBNET',
    'subnetwork for internal and IPv6 addresses; without it the network’s name',
    nonEmpty,
  ),
  gceInternalIpv6Subnetwork: setting(
    'SUBNET',
    'another subnetwork for internal IPv6: one has either internal or external IPv6 ranges',
    nonEmpty,
  ),
  gceNetworkProject: setting(
    'PROJECT',
    'shared VPC: the project that holds the network and its firewall rules',
    nonEmpty,
  ),
  gceNodeTags: setting(
    'TAG,…',
    'network tags of the nodes; firewall rules then apply to these machines only. metadata: those of the machine this runs on',
    commaList,
  ),
  gceFirewalls: setting(
    'HOW',
    'managed, or off: firewall rules are left to others',
    oneOf('managed', 'off'),
    'managed',
  ),
  gceBackends: setting(
    'HOW',
    'instance-groups, one a zone, kept by Portico; endpoint-groups, for each Service with a subset of the nodes, for clusters over 250 nodes behind internal or 1,000 nodes a zone behind external balancers; or existing, kept by others',
    oneOf('instance-groups', 'endpoint-groups', 'existing'),
    'instance-groups',
  ),
  gceInstanceGroups: setting('ZONE/NAME,…', 'the groups of --gce-backends existing', commaList),
  gceIpFamilies: setting('FAMILY,…', 'the IP families that Services may ask for', families, ['ipv4', 'ipv6']),
  gceProbedPorts: setting(
    'PORT,…',
    'ports of nodes, or ranges, that health checks may reach; for clusters with another range of nodePorts',
    portRanges,
    ['10256', '30000-32767'],
  ),
  gceProbeRanges: setting('CIDR,…', 'where health checks come from, where that is not Google’s public cloud', cidrList),
  gceNamePrefix: setting('PREFIX', 'begins the name of everything that is made', nonEmpty, 'portico'),
  gceCredentials: setting(
    'FILE',
    'service-account key or workload-identity file; without it, application default credentials',
    nonEmpty,
  ),
  gceApiEndpoint: setting(
    'URL',
    'another Compute API, such as the one of `portico mock gce`; over http:// no credentials are sent',
    httpUrl,
  ),
  gceWritesPerSecond: setting(
    'N',
    'changes, and waits for them, sent to the Compute API in a second at most',
    wholeNumber(1, 10_000),
    40,
  ),
  gceReadsPerSecond: setting('N', 'reads sent to the Compute API in a second at most', wholeNumber(1, 10_000), 20),
  loadBalancerClass: setting(
    'CLASS',
    'serve only Services with this spec.loadBalancerClass; without it, those that name no class',
    loadBalancerClass,
  ),
  leaderElection: setting(
    'HOW',
    'on: of several processes with one Lease, one works and the others stand by; off: this is the only one',
    oneOf('on', 'off'),
    'on',
  ),
  leaseNamespace: setting(
    'NAMESPACE',
    'where the Lease is; without it, the namespace of the kubeconfig or the Pod',
    nonEmpty,
  ),
  leaseName: setting('NAME', 'the Lease; without it, portico, followed by the class if there is one', nonEmpty),
  leaseSeconds: setting(
    'N',
    'after so long without a word from the process that works, another takes over',
    wholeNumber(1, 3600),
    15,
  ),
  healthCheck: setting(
    'HOW',
    'what is probed for Services that do not say (portico.dev/health-check): node-port or proxy',
    oneOf('node-port', 'proxy'),
    'node-port',
  ),
  addressPolicy: setting(
    'HOW',
    'how addresses are kept for Services that do not say (portico.dev/address-policy): reserve or hold',
    oneOf('reserve', 'hold'),
    'reserve',
  ),
  policy: setting(
    'POLICY',
    'what Portico may do in the cloud: sync whatever is needed; upsert-only make and change, never delete; observe nothing, it tells what it would do. A Service can ask for less with portico.dev/policy, not for more',
    oneOf(...policies),
    'sync',
  ),
  drift: setting(
    'HOW',
    'what happens about changes in the cloud that nobody asked for, for Services that do not say (portico.dev/drift): repair, report or off',
    oneOf(...driftPolicies),
    'repair',
  ),
  sweepSeconds: setting(
    'N',
    'how often everything in the cloud is compared with what is asked for, whatever was heard of meanwhile; a tenth more or less each time',
    wholeNumber(10, 86_400),
    600,
  ),
  orphans: setting(
    'HOW',
    'what happens to what Services that are gone left in the cloud: report, in the log, a metric and Events; or delete, once two sweeps in a row found it. Not for a cluster id that two clusters share',
    oneOf(...orphanPolicies),
    'report',
  ),
  workers: setting('N', 'Services worked on at the same time', wholeNumber(1, 1000), 10),
  metricsAddr: setting('HOST:PORT', 'where /metrics, /healthz and /readyz listen, or off', listenAddress, {
    host: '127.0.0.1',
    port: 9464,
  }),
  logLevel: setting('LEVEL', 'debug, info, warn or error', oneOf('debug', 'info', 'warn', 'error'), 'info'),
  logFormat: setting('FORMAT', 'json, or text for people', oneOf('json', 'text'), 'json'),
} as const satisfies Record<string, Setting<unknown>>;

/** The default as a person would write it; undefined when there is none. */
export function defaultOf({ fallback }: Setting<unknown>): string | undefined {
  if (fallback === undefined) return undefined;
  if (Array.isArray(fallback)) return fallback.join(',');
  if (typeof fallback === 'object' && fallback !== null) return Object.values(fallback).join(':');
  return `${fallback as string | number}`;
}

export type SettingName = keyof typeof settings;

export const flagOf = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export const envOf = (name: string): string =>
  `PORTICO_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
