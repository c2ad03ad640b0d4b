import { posix } from 'node:path';
import { prefixOf, resourceOf, shown, type Call } from '../cluster.ts';
import { type Json, objectOf, textOf } from '../json.ts';
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
  const asked = place?.revision ?? revisionOf(options);
  const revision = asked === inconsistent ? undefined : asked;
  const cached = revision === undefined && options.resourceVersion !== '' && !kind.uncached;
  await checkVersionReached(call, cached ? cache : store);
  if (revision !== undefined && revision < store.compactedTo()) throw expired(place);
  const snapshot = cached ? cache.list(prefix) : store.list(resourceOf(kind), prefix, revision);
  const keyed = snapshot.objects.map((object) => ({ key: relativeKey(object, call), object: shown(kind, object) }));
  const from = place ? keyed.findIndex(({ key }) => key > place.after) : 0;
  const rest = (from < 0 ? [] : keyed.slice(from)).filter(({ object }) => options.matches(object));
  // The watch cache answers resourceVersion=0, and knows no pages.
  const fromCache = options.resourceVersion === '0' && !kind.uncached;
  const paged = options.limit > 0 && !fromCache && rest.length > options.limit;
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

/** Instead of a revision in a token: the rest of the list as it is when it is asked for. */
const inconsistent = -1;

/** The token of the real server: base64url of JSON, the start being the last key and a zero byte. */
function encodeContinue(revision: number, key: string): string {
  const start = `/${key}\\u0000`;
  return Buffer.from(`{"v":"meta.k8s.io/v1","rv":${revision},"start":"${start}"}`).toString('base64url');
}

function decodeContinue(token: string): Place {
  const wrong = (why: string): ApiError => badRequest(`invalid continue token: continue key is not valid: ${why}`);
  const foreign = token.search(/[^\w-]/);
  if (foreign >= 0) throw wrong(`illegal base64 data at input byte ${foreign}`);
  const text = Buffer.from(token, 'base64url');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.toString('utf8'));
  } catch {
    throw wrong(`invalid character '${text.toString('latin1').charAt(0)}' looking for beginning of value`);
  }
  const { v = '', rv = 0, start = '' } = objectOf(parsed as Json);
  if (v !== 'meta.k8s.io/v1') throw wrong(`server does not recognize this encoded version ${JSON.stringify(v)}`);
  if (rv === 0) throw wrong('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (start === '') throw wrong('encoded start key empty (version meta.k8s.io/v1)');
  const key = textOf(start);
  if (posix.normalize(`/${key.replace(/^\//, '')}`) !== `/${key.replace(/^\//, '')}`) throw wrong(key);
  return { revision: Number(rv), after: key.replace(/^\//, '').replace(/\0$/, '') };
}

function expired(place: Place | undefined): ApiError {
  if (!place) {
    return new ApiError(410, 'Expired', 'The resourceVersion for the provided list is too old.');
  }
  const fresh = encodeContinue(inconsistent, place.after);
  return new ApiError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    undefined,
    fresh,
  );
}
