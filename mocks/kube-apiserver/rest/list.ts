import { prefixOf, resourceOf, shown, type Call } from '../cluster.ts';
import { isObject } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { nameOf, namespaceOf } from '../metadata.ts';
import { ApiError, badRequest } from '../status.ts';
import { checkVersionReached } from './freshness.ts';
import { parseListOptions, type ListOptions } from './list-options.ts';
import type { Outcome } from './outcome.ts';

interface Place {
  readonly revision: number;
  /** Key, relative to the listed prefix, after which the page begins. */
  readonly after: string;
}

/** GET of a collection: the present, or a whole older state, in pages that all show the same state. */
export async function list(call: Call): Promise<Outcome> {
  const options = parseListOptions(call, false);
  if (call.name !== '') throw badRequest('a name cannot be listed');
  const place = options.continueToken === '' ? undefined : decodeContinue(options.continueToken);
  if (place && options.resourceVersion !== '' && options.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const { cluster, kind } = call;
  const { store } = cluster;
  const cache = cluster.caches.of(kind);
  const prefix = prefixOf(kind, call.namespace);
  const revision = place ? place.revision : revisionOf(options);
  const cached = revision === undefined && options.resourceVersion !== '';
  await checkVersionReached(call, cached ? cache : store);
  if (revision !== undefined && revision < store.compactedTo()) throw expired(call, place);
  const snapshot = cached ? cache.list(prefix) : store.list(resourceOf(kind), prefix, revision);
  const keyed = snapshot.objects.map((object) => ({ key: relativeKey(object, call), object: shown(kind, object) }));
  const from = place ? keyed.findIndex(({ key }) => key > place.after) : 0;
  const rest = (from < 0 ? [] : keyed.slice(from)).filter(({ object }) => options.matches(object));
  const paged = options.limit > 0 && options.resourceVersion !== '0' && rest.length > options.limit;
  const page = paged ? rest.slice(0, options.limit) : rest;
  const last = page.at(-1);
  return {
    type: 'list',
    list: {
      resourceVersion: String(snapshot.revision),
      objects: page.map(({ object }) => object),
      ...(paged && last ? { continueToken: encodeContinue(snapshot.revision, last.key) } : {}),
      ...(paged && !options.selective ? { remaining: rest.length - page.length } : {}),
    },
  };
}

/** The exact state that was asked for; undefined means the present, or with a resourceVersion what the cache shows. */
function revisionOf({ resourceVersion, match, limit }: ListOptions): number | undefined {
  if (resourceVersion === '' || resourceVersion === '0' || match === 'NotOlderThan') return undefined;
  return match === 'Exact' || limit > 0 ? Number(resourceVersion) : undefined;
}

function relativeKey(object: KubeObject, call: Call): string {
  const name = nameOf(object);
  return call.kind.namespaced && call.namespace === '' ? `${namespaceOf(object)}/${name}` : name;
}

/** The token of the real server: base64url of JSON, the start being the last key and a zero byte. */
function encodeContinue(revision: number, key: string): string {
  const start = `/${key}\\u0000`;
  return Buffer.from(`{"v":"meta.k8s.io/v1","rv":${revision},"start":"${start}"}`).toString('base64url');
}

function decodeContinue(token: string): Place {
  let parsed: unknown;
  const text = Buffer.from(token, 'base64url').toString('utf8');
  try {
    parsed = JSON.parse(text);
  } catch {
    const first = Buffer.from(token, 'base64url').toString('latin1').charAt(0);
    throw badRequest(
      `invalid continue token: continue key is not valid: invalid character '${first}' looking for beginning of value`,
    );
  }
  if (!isObject(parsed) || parsed['v'] !== 'meta.k8s.io/v1' || typeof parsed['start'] !== 'string') {
    throw badRequest(
      'invalid continue token: continue key is not valid: server does not recognize this encoded version ""',
    );
  }
  return { revision: Number(parsed['rv']), after: parsed['start'].replace(/^\//, '').replace(/\0$/, '') };
}

function expired(call: Call, place: Place | undefined): ApiError {
  if (!place) {
    return new ApiError(410, 'Expired', 'The resourceVersion for the provided list is too old.');
  }
  const fresh = encodeContinue(call.cluster.store.revision(), place.after);
  return new ApiError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    undefined,
    fresh,
  );
}
