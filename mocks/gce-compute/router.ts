import { badRequest, invalidField, notFound } from './api-error.ts';
import { globalScope, type Scope } from './links.ts';
import { checkQuery, findMethod, type Method } from './schema.ts';
import { PageError } from './wire.ts';

export interface Route {
  readonly method: Method;
  /** Of the path: `v1`, `beta` or `alpha`. */
  readonly version: string;
  /** Undefined for an aggregated list: all scopes. */
  readonly scope: Scope | undefined;
  readonly collection: string;
  readonly name: string;
}

export interface World {
  readonly project: string;
  readonly regions: readonly string[];
  readonly zones: readonly string[];
}

/** Beta and alpha are answered with the resources of v1. */
const apiPrefix = /^\/compute\/(v1|beta|alpha)\//;

/** Which method of the API a request asks for; refuses what does not exist, and places that are unknown. */
export function findRoute(world: World, http: string, url: URL): Route {
  const [prefix, version = ''] = apiPrefix.exec(url.pathname) ?? [];
  if (prefix === undefined) throw noSuchPage(url);
  const segments = url.pathname.slice(prefix.length).split('/').map(decode);
  const method = findMethod(http, segments);
  if (method === undefined) throw noSuchPage(url);
  checkQuery(method, url.searchParams);
  if (segments[1] !== world.project) throw notFound(`projects/${segments[1]}`);
  return { method, version, ...placeOf(world, segments) };
}

/** No method of the API has that path and verb: the front end answers, and not in JSON. */
const noSuchPage = ({ pathname }: URL): PageError =>
  new PageError(404, `The requested URL <code>${escapeHtml(pathname)}</code> was not found on this server.`);

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`Malformed URL: '${segment}'.`);
  }
}

function placeOf({ regions, zones }: World, segments: readonly string[]): Omit<Route, 'method' | 'version'> {
  const [, project = '', place, where = ''] = segments;
  if (place === undefined) return { scope: globalScope, collection: 'projects', name: project };
  if (place === 'global') return { scope: globalScope, collection: where, name: segments[4] ?? '' };
  if (place === 'aggregated') return { scope: undefined, collection: where, name: '' };
  if (place !== 'regions' && place !== 'zones') return { scope: globalScope, collection: place, name: where };
  if (segments.length <= 4) return { scope: globalScope, collection: place, name: where };
  const noun = place.slice(0, -1);
  if (!(place === 'regions' ? regions : zones).includes(where)) {
    throw invalidField(noun, where, `Unknown ${noun}.`);
  }
  return { scope: { type: place, name: where }, collection: segments[4] ?? '', name: segments[5] ?? '' };
}
