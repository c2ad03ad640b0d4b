import { isIP } from 'node:net';
import { oneOf, wholeNumber } from './model/parse.ts';

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
  gceProject: setting('PROJECT', 'Google Cloud project', nonEmpty),
  gceRegion: setting('REGION', 'region of the cluster’s nodes, such as us-central1', nonEmpty),
  gceNetwork: setting('NETWORK', 'VPC network of the nodes', nonEmpty, 'default'),
  gceSubnetwork: setting('SUBNET', 'subnetwork for internal and IPv6 addresses', nonEmpty),
  gceNetworkProject: setting(
    'PROJECT',
    'shared VPC: the project that holds the network and its firewall rules',
    nonEmpty,
  ),
  gceNodeTags: setting(
    'TAG,…',
    'network tags of the nodes; firewall rules then apply to these machines only',
    commaList,
  ),
  gceFirewalls: setting(
    'HOW',
    'managed, or off: firewall rules are left to others',
    oneOf('managed', 'off'),
    'managed',
  ),
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
  workers: setting('N', 'Services worked on at the same time', wholeNumber(1, 1000), 10),
  metricsAddr: setting('HOST:PORT', 'where /metrics, /healthz and /readyz listen, or off', listenAddress, {
    host: '127.0.0.1',
    port: 9464,
  }),
  logLevel: setting('LEVEL', 'debug, info, warn or error', oneOf('debug', 'info', 'warn', 'error'), 'info'),
  logFormat: setting('FORMAT', 'json, or text for people', oneOf('json', 'text'), 'json'),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;

export const flagOf = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export const envOf = (name: string): string =>
  `PORTICO_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
