export type ScopeType = 'global' | 'regions' | 'zones';
export interface Scope {
  readonly type: ScopeType;
  /** The region's or zone's name; empty for global. */
  readonly name: string;
}

export const globalScope: Scope = { type: 'global', name: '' };
export const scopePath = ({ type, name }: Scope): string => (type === 'global' ? 'global' : `${type}/${name}`);

/** What identifies a resource inside the project: `regions/us-central1/addresses/a`. */
export type Key = string;
export const keyOf = (scope: Scope, collection: string, name: string): Key =>
  `${scopePath(scope)}/${collection}/${name}`;

export interface Place {
  readonly scope: Scope;
  readonly collection: string;
  readonly name: string;
}

/** us-central1-a → us-central1 */
export const regionOfZone = (zone: string): string => zone.slice(0, zone.lastIndexOf('-'));

/** The region a scope lies in; undefined for global. */
export function regionOf(scope: Scope): string | undefined {
  if (scope.type === 'regions') return scope.name;
  return scope.type === 'zones' ? regionOfZone(scope.name) : undefined;
}

export interface Target {
  /** Undefined when the link names none: the request's own project is meant. */
  readonly project: string | undefined;
  readonly key: Key;
  readonly place: Place;
}

/**
 * Reads a reference as the API does: a full URL of any host, or any tail of one from `projects/` or from the scope
 * on, with or without a leading slash. Undefined when it is none of these (a bare name, say).
 */
export function parseLink(link: string): Target | undefined {
  const match =
    /^(?:https?:\/\/[^/]+)?(?:\/?compute\/[a-z0-9]+)?\/?(?:projects\/([^/]+)\/)?(global|regions|zones)\/(.+)$/.exec(
      link,
    );
  if (match === null) return undefined;
  const [, project, type, rest = ''] = match;
  const segments = rest.split('/');
  const scope: Scope =
    type === 'global' ? globalScope : { type: type === 'regions' ? 'regions' : 'zones', name: segments.shift() ?? '' };
  if (segments.length === 0) {
    const key = scopePath(scope);
    return { project, key, place: { scope: globalScope, collection: scope.type, name: scope.name } };
  }
  const [collection = '', name = ''] = segments;
  if (segments.length !== 2 || collection === '' || name === '') return undefined;
  return { project, key: keyOf(scope, collection, name), place: { scope, collection, name } };
}

/** Links look like the real service's whatever the mock's own address: clients map them onto their endpoint. */
const apiRoot = 'https://www.googleapis.com/compute/v1/';

export const projectPath = (project: string, path: string): string => `projects/${project}/${path}`;
export const selfLink = (project: string, path: string): string => apiRoot + projectPath(project, path);
