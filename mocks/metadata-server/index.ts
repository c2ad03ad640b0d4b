import { createServer } from 'node:http';

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
}

export interface MetadataServer {
  /** For `GCE_METADATA_HOST`: `127.0.0.1:PORT`. */
  readonly authority: string;
  readonly url: string;
  close(): Promise<void>;
}

const account = '/computeMetadata/v1/instance/service-accounts/default';

/** What a VM on GCE is told about itself, and its tokens. https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys */
export async function startMetadataServer(options: MetadataServerOptions = {}): Promise<MetadataServer> {
  const { port = 0, host = '127.0.0.1', project = 'portico', zone = 'us-central1-a', network = 'default' } = options;
  const values: Readonly<Record<string, string>> = {
    '/computeMetadata/v1/project/project-id': project,
    '/computeMetadata/v1/project/numeric-project-id': '123456789012',
    '/computeMetadata/v1/instance/zone': `projects/123456789012/zones/${zone}`,
    '/computeMetadata/v1/instance/tags': JSON.stringify(options.tags ?? []),
    '/computeMetadata/v1/instance/network-interfaces/0/network': `projects/123456789012/networks/${network}`,
    [`${account}/email`]: '123456789012-compute@developer.gserviceaccount.com',
    [`${account}/scopes`]: 'https://www.googleapis.com/auth/cloud-platform\n',
    [`${account}/token`]: JSON.stringify({ access_token: 'portico-token', expires_in: 3600, token_type: 'Bearer' }),
    '/computeMetadata/v1/universe/universe-domain': 'googleapis.com',
    '/computeMetadata/v1/universe/universe_domain': 'googleapis.com',
  };
  const attributes = Object.entries(options.attributes ?? {}).map(
    ([name, value]) => [`/computeMetadata/v1/instance/attributes/${name}`, value] as const,
  );
  const known = new Map([...Object.entries(values), ...attributes]);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://metadata');
    // Answers only those who say that they know whom they ask: a guard against forged requests.
    const trusted = pathname === '/' || request.headers['metadata-flavor'] === 'Google';
    const { status, body, location } = trusted ? answerTo(known, pathname) : { status: 403, body: '' };
    response.writeHead(status, {
      'metadata-flavor': 'Google',
      'content-type': pathname.endsWith('/token') ? 'application/json' : 'application/text',
      server: 'Metadata Server for VM',
      ...(location === undefined ? {} : { location }),
    });
    response.end(body);
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly location?: string;
}

/** A value; the entries of a directory, whose path ends with a slash; or where to ask when the slash is missing. */
function answerTo(known: ReadonlyMap<string, string>, path: string): Answer {
  const value = known.get(path.replace(/\/$/, ''));
  if (value !== undefined) return { status: 200, body: value };
  const directory = path.endsWith('/') ? path : `${path}/`;
  const inside = [...known.keys()].filter((key) => key.startsWith(directory));
  if (inside.length === 0) return { status: 404, body: '' };
  if (directory !== path) return { status: 301, body: '', location: directory };
  const entries = inside.map((key) => /^[^/]*\/?/.exec(key.slice(directory.length))?.[0] ?? '');
  return { status: 200, body: [...new Set(entries)].map((entry) => `${entry}\n`).join('') };
}
