// Not the package's root, which loads every model of the API.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { Clock } from '../clock.ts';
import { PorticoError } from '../errors.ts';
import { keepSecret } from '../secrets.ts';
import { tokenFileOf } from './token-file.ts';

/** How to reach one API server, and who we are there. */
export interface ClusterAccess {
  /** Base URL without a slash at its end. */
  readonly server: string;
  /** Where the access came from, for messages. */
  readonly origin: string;
  /** The namespace of the context, or of the Pod; `default` where none is named. */
  readonly namespace: string;
  /** URL of an HTTP proxy on the way. */
  readonly proxy: string | undefined;
  /** Headers and TLS settings as they are now; tokens and certificates are renewed by time. */
  credentials(): Promise<Credentials>;
  /** Has the next call read tokens and certificates again. */
  renew(): void;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsSettings;
}

export type TlsSettings = Pick<
  RequestOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername'
>;

/** How long tokens and certificates are used before they are read again, in milliseconds. */
const freshFor = 30_000;

/**
 * Access by the kubeconfig given, or by $KUBECONFIG, ~/.kube/config or the Pod's service account, in that order. Throws
 * `invalid` when there is none or it cannot be used.
 */
export function clusterAccess(kubeconfig: string | undefined, clock: Clock): ClusterAccess {
  const config = new KubeConfig();
  const origin = kubeconfig === undefined ? 'the default kubeconfig' : `the kubeconfig ${kubeconfig}`;
  try {
    // Of several files in $KUBECONFIG the first decides about the context, as for kubectl; the library's default is the last.
    if (kubeconfig === undefined) config.loadFromDefault({}, true);
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw unusable(origin, error instanceof Error ? error.message : String(error), error);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw unusable(
      origin,
      `its current context ${JSON.stringify(config.getCurrentContext() ?? '')} names no cluster it knows`,
    );
  }
  if (kubeconfig === undefined && cluster.server === 'http://localhost:8080' && !process.env['KUBECONFIG']) {
    throw new PorticoError(
      'invalid',
      'There is no kubeconfig: give one with --kubeconfig FILE or $KUBECONFIG, or run inside a cluster with a service account.',
    );
  }
  if (!isUrl(cluster.server, /^https?:\/\//)) {
    throw unusable(
      origin,
      `its server ${JSON.stringify(cluster.server)} is not a URL that begins with https:// or http://`,
    );
  }

  const context = config.getContextObject(config.getCurrentContext());
  const user = context?.user;
  const namespace: unknown = context?.namespace || 'default';
  if (typeof namespace !== 'string') throw unusable(origin, 'the namespace of its current context is not text');
  const proxy: unknown = cluster.proxyUrl || undefined;
  if (proxy !== undefined && !(typeof proxy === 'string' && isUrl(proxy, proxySchemes))) {
    throw unusable(origin, `its proxy-url ${JSON.stringify(proxy)} is not a URL of an HTTP or SOCKS proxy`);
  }
  // Without a user the library would forget the cluster's certificate authority as well.
  if (!user) config.loadFromClusterAndUser(cluster, { name: 'anonymous' });
  else if (!config.getCurrentUser()) {
    throw unusable(origin, `its current context names the user ${JSON.stringify(user)}, which it does not have`);
  }

  const plain = cluster.server.startsWith('http:');
  let known: { readonly credentials: Credentials; readonly until: number } | undefined;
  return {
    server: cluster.server.replace(/\/+$/, ''),
    origin,
    namespace,
    proxy,
    credentials: async () => {
      // Like kubectl: nothing secret ever goes over a connection that anyone can read.
      if (plain) return { headers: {}, tls: {} };
      if (known && clock.monotonic() < known.until) return known.credentials;
      const credentials = await read(config, kubeconfig, origin);
      known = { credentials, until: clock.monotonic() + freshFor };
      return credentials;
    },
    renew: () => {
      known = undefined;
    },
  };
}

const isUrl = (text: string, scheme: RegExp): boolean => scheme.test(text) && URL.canParse(text);
const proxySchemes = /^(https?|socks5?):\/\//;

async function read(config: KubeConfig, kubeconfig: string | undefined, origin: string): Promise<Credentials> {
  const options: RequestOptions = {};
  let token: string | undefined;
  try {
    await config.applyToHTTPSOptions(options);
    token = await tokenInFile(config, kubeconfig);
  } catch (error) {
    throw new PorticoError(
      'unauthenticated',
      `The credentials of ${origin} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value;
  }
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (typeof options.auth === 'string')
    headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  keepSecret(headers['authorization']?.replace(/^\S+ /, '') ?? '');
  keepSecret(config.getCurrentUser()?.password ?? '');
  const tls: Record<string, unknown> = {};
  for (const name of ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const) {
    if (options[name] !== undefined) tls[name] = options[name];
  }
  return { headers, tls };
}

/**
 * The token in the user's file, as it is now. Of a kubeconfig's `tokenFile` the library knows nothing, and a service
 * account's token it holds for a minute, also when it was refused.
 */
async function tokenInFile(config: KubeConfig, kubeconfig: string | undefined): Promise<string | undefined> {
  const user = config.getCurrentUser();
  const provided = user?.authProvider?.config as { readonly tokenFile?: unknown } | undefined;
  const file = provided?.tokenFile ?? (user ? await tokenFileOf(user.name, kubeconfig) : undefined);
  return typeof file === 'string' ? (await readFile(file, 'utf8')).trim() : undefined;
}

const unusable = (origin: string, why: string, cause?: unknown): PorticoError =>
  new PorticoError(
    'invalid',
    `${origin} cannot be used: ${why}. Check it with kubectl, or name another with --kubeconfig.`,
    {
      cause,
    },
  );
