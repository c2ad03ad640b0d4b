import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { systemClock } from '../../src/clock.ts';
import { asLines, asText, isFolder, nodeAt, type Tree } from './tree.ts';

export interface MetadataServerOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  readonly host?: string;
  readonly project?: string;
  readonly zone?: string;
  readonly network?: string;
  /** Network tags of the VM. */
  readonly tags?: readonly string[];
  readonly attributes?: Readonly<Record<string, string>>;
  /** What the token endpoint gives out; default `portico-token`. */
  readonly token?: string;
}

export interface MetadataServer {
  /** For `GCE_METADATA_HOST` (Google's libraries) and `GCE_METADATA_ROOT` (gcloud): `127.0.0.1:PORT`. */
  readonly authority: string;
  readonly url: string;
  /** Changes an attribute of the VM: who waits for a change of it is answered. */
  readonly setAttribute: (name: string, value: string) => void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly location?: string;
  readonly etag?: string;
}

const root = '/computeMetadata/v1';
const email = '123456789012-compute@developer.gserviceaccount.com';
const numericProject = 123_456_789_012;
const accountPath = /^\/instance\/service-accounts\/([^/]+)\/(token|identity)$/;

function treeOf(options: MetadataServerOptions, attributes: Readonly<Record<string, string>>): Tree {
  const { project = 'portico', zone = 'us-central1-a', network = 'default' } = options;
  const account = { aliases: ['default'], email, scopes: ['https://www.googleapis.com/auth/cloud-platform'] };
  return {
    instance: {
      attributes,
      hostname: `portico.${zone}.c.${project}.internal`,
      id: 1_234_567_890,
      machineType: `projects/${numericProject}/machineTypes/e2-medium`,
      name: 'portico',
      networkInterfaces: [
        { ip: '10.128.0.2', mac: '42:01:0a:80:00:02', network: `projects/${numericProject}/networks/${network}` },
      ],
      serviceAccounts: { default: account, [email]: account },
      tags: options.tags ?? [],
      zone: `projects/${numericProject}/zones/${zone}`,
    },
    project: { attributes: {}, numericProjectId: numericProject, projectId: project },
    universe: { universeDomain: 'googleapis.com' },
  };
}

/** Equal content, equal tag. */
const tagOf = (body: string): string =>
  Buffer.from(body)
    .reduce((sum, byte) => (sum * 31n + BigInt(byte)) % 2n ** 64n, 7n)
    .toString(16);

/**
 * What a VM on GCE is told about itself, and its tokens.
 * https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
export async function startMetadataServer(options: MetadataServerOptions = {}): Promise<MetadataServer> {
  const { port = 0, host = '127.0.0.1', token = 'portico-token' } = options;
  let attributes = options.attributes ?? {};
  const waiting = new Set<() => void>();

  function read(url: URL): Answer {
    const path = url.pathname.slice(root.length);
    const [, account, secret] = accountPath.exec(path) ?? [];
    if (account !== undefined && ['default', email].includes(account)) {
      if (secret === 'token') {
        const body = JSON.stringify({ access_token: token, expires_in: 3600, token_type: 'Bearer' });
        return { status: 200, body, type: 'application/json' };
      }
      if (!url.searchParams.has('audience')) return { status: 400, body: 'non-empty audience parameter required' };
    }
    // Some libraries ask with an underscore.
    const segments = path.replace('universe_domain', 'universe-domain').split('/').filter(Boolean);
    const node = nodeAt(treeOf(options, attributes), segments.map(decodeURIComponent));
    if (node === undefined)
      return { status: 404, body: '<!DOCTYPE html><html><title>Error 404</title></html>', type: 'text/html' };
    if (isFolder(node) && !path.endsWith('/'))
      return { status: 301, body: '', location: `${url.pathname}/${url.search}` };
    const recursive = url.searchParams.get('recursive')?.toLowerCase() === 'true';
    const json = (url.searchParams.get('alt') ?? (recursive ? 'json' : 'text')) === 'json';
    // Tags alone are JSON in every form.
    const whole = (json && (recursive || !isFolder(node))) || path === '/instance/tags';
    const body = whole ? JSON.stringify(node) : recursive ? asLines(node) : asText(node);
    return { status: 200, body, type: json ? 'application/json' : 'application/text', etag: tagOf(body) };
  }

  /** Answers when what is asked for differs from what the asker knows, or when its time is over. */
  async function readChanged(url: URL, signal: AbortSignal): Promise<Answer> {
    const first = read(url);
    const known = url.searchParams.get('last_etag') ?? first.etag;
    const seconds = Number(url.searchParams.get('timeout_sec') ?? Number.NaN);
    const over = new AbortController();
    const timer = Number.isFinite(seconds) ? systemClock.after(seconds * 1000, () => over.abort()) : () => undefined;
    try {
      for (;;) {
        const now = read(url);
        if (now.etag !== known || over.signal.aborted || signal.aborted) return now;
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
          for (const end of [over.signal, signal]) end.addEventListener('abort', wake, { once: true });
        });
      }
    } finally {
      timer();
    }
  }

  async function answer(request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://metadata');
    if (url.pathname === '/') return { status: 200, body: 'computeMetadata/\n', type: 'application/text' };
    // Answers only those who say that they know whom they ask, and nobody's proxy: a guard against forged requests.
    const { 'metadata-flavor': flavor, 'x-google-metadata-request': older } = request.headers;
    const trusted = flavor?.toString().toLowerCase() === 'google' || older?.toString().toLowerCase() === 'true';
    if (!trusted || request.headers['x-forwarded-for'] !== undefined) {
      return { status: 403, body: '<!DOCTYPE html><html><title>Error 403</title></html>', type: 'text/html' };
    }
    if (url.pathname === root || url.pathname === '/computeMetadata')
      return { status: 301, body: '', location: `${url.pathname}/` };
    if (url.pathname === '/computeMetadata/') return { status: 200, body: 'v1/\n', type: 'application/text' };
    if (!url.pathname.startsWith(`${root}/`)) return { status: 404, body: '' };
    if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, body: '' };
    return url.searchParams.get('wait_for_change')?.toLowerCase() === 'true' ? readChanged(url, signal) : read(url);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { status, body, type = 'text/html', location, etag } = await answer(request, gone.signal);
    response.writeHead(status, {
      'metadata-flavor': 'Google',
      'content-type': type,
      server: 'Metadata Server for VM',
      ...(location === undefined ? {} : { location }),
      ...(etag === undefined ? {} : { etag }),
    });
    response.end(body);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const authority = `${host}:${typeof address === 'object' && address !== null ? address.port : port}`;
  return {
    authority,
    url: `http://${authority}`,
    setAttribute: (name, value) => {
      attributes = { ...attributes, [name]: value };
      for (const wake of waiting) wake();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
