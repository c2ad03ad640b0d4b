import type { HttpCall } from './tap.ts';

/**
 * Gives calls that change something names which are the same in each run, such as `insert addresses portico-crash-web`,
 * though names of operations, uids and hashes differ. What only reads has none: a process that dies there leaves what it
 * leaves when it dies after the call before.
 */
export interface CallNames {
  nameOf(call: HttpCall): string | undefined;
  /** What the answer tells: names of operations and of Events, which later calls only mention. */
  learn(name: string, answer: string): void;
}

export function callNames(): CallNames {
  const operations = new Map<string, string>();
  const events = new Map<string, string>();
  return {
    nameOf: ({ method, path, body }) => {
      const { pathname } = new URL(path, 'http://wire');
      if (!pathname.startsWith('/compute/')) return kubeName(method, pathname, body, events);
      const [, operation] = /\/operations\/([^/]+)\/wait$/.exec(pathname) ?? [];
      if (operation !== undefined) return `wait for: ${operations.get(operation) ?? operation}`;
      return computeName(method, pathname, body);
    },
    learn: (name, answer) => {
      const { kind, metadata, name: operation } = JSON.parse(answer) as Answer;
      if (kind === 'compute#operation' && operation !== undefined && !operations.has(operation)) {
        operations.set(operation, name);
      }
      if (kind === 'Event' && metadata?.name !== undefined && !events.has(metadata.name)) {
        events.set(metadata.name, name.replace('create ', ''));
      }
    },
  };
}

interface Answer {
  readonly kind?: string;
  readonly name?: string;
  readonly metadata?: { readonly name?: string };
}

/** `…/{global | regions/r | zones/z}/{collection}[/name[/verb]]` */
function computeName(method: string, pathname: string, body: string): string | undefined {
  const [, collection = '', own, action] =
    /\/(?:global|(?:regions|zones)\/[^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(pathname) ?? [];
  if (method === 'GET' || /^(listInstances|listNetworkEndpoints|getHealth)$/.test(action ?? '')) return undefined;
  const name = own ?? (JSON.parse(body) as { name?: string }).name ?? '';
  const verb = action ?? { DELETE: 'delete', PATCH: 'patch', PUT: 'update', POST: 'insert' }[method] ?? method;
  return `${verb} ${collection} ${withoutHashes(name)}`;
}

const withoutHashes = (name: string): string => name.replaceAll(/-[0-9a-f]{8}(?=-|$)/g, '');

interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: { readonly ingress?: unknown; readonly reason?: string };
}

function kubeName(
  method: string,
  pathname: string,
  body: string,
  events: ReadonlyMap<string, string>,
): string | undefined {
  if (method === 'GET') return undefined;
  const [, resource = '', name = ''] = /\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?/.exec(pathname) ?? [];
  if (resource === 'events' && method === 'POST') {
    const { reason, involvedObject } = JSON.parse(body) as { reason: string; involvedObject: { name: string } };
    return `create Event ${reason} of ${involvedObject.name}`;
  }
  if (resource === 'events') return `count ${events.get(name) ?? name}`;
  if (resource === 'services') return `patch Service ${name}: ${patched(JSON.parse(body) as PatchOperation[])}`;
  return `${method} ${pathname}`;
}

const patched = (operations: readonly PatchOperation[]): string =>
  operations
    .flatMap(({ op, path, value }) => {
      if (op === 'test') return [];
      if (path.startsWith('/metadata/finalizers')) return op === 'remove' ? ['finalizer away'] : ['finalizer'];
      if (path === '/status/loadBalancer') return value?.ingress === undefined ? ['no ingress'] : ['ingress'];
      return op === 'remove' ? ['condition away'] : ['condition'];
    })
    .join(', ');
