import type { Kind, Verb } from './kind.ts';

/** What a path means, before it is known whether the verb is possible. */
export type Route =
  | {
      readonly type: 'resource';
      readonly kind: Kind;
      readonly namespace: string;
      readonly name: string;
      readonly subresource: string;
      readonly legacyWatch: boolean;
    }
  /** `/api/v1/…` or `/apis/group/version/…` of a version that is served, but no resource of it. */
  | { readonly type: 'unknown-resource'; readonly group: string; readonly version: string; readonly resource: string }
  | { readonly type: 'path'; readonly path: string };

export interface Resources {
  find(group: string, version: string, plural: string): Kind | undefined;
  serves(group: string, version: string): boolean;
}

export function createResources(kinds: readonly Kind[]): Resources {
  const byPath = new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]));
  const versions = new Set(kinds.map((kind) => `${kind.group}/${kind.version}`));
  return {
    find: (group, version, plural) => byPath.get(`${group}/${version}/${plural}`),
    serves: (group, version) => versions.has(`${group}/${version}`),
  };
}

/** Splits `/api/v1/namespaces/a/services/b/status` and its relatives. */
export function route(path: string, resources: Resources): Route {
  // Decoded as a whole, as in the real server: a slash divides however it is written.
  const parts = decode(path).split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  const [root, first = '', second = ''] = parts;
  const core = root === 'api';
  if ((!core && root !== 'apis') || parts.length < (core ? 3 : 4)) return { type: 'path', path };
  const group = core ? '' : first;
  const version = core ? first : second;
  if (!resources.serves(group, version)) return { type: 'path', path };
  let rest = parts.slice(core ? 2 : 3);
  const legacyWatch = rest[0] === 'watch';
  if (legacyWatch) rest = rest.slice(1);

  let namespace = '';
  // `/namespaces/a` is the Namespace itself, `/namespaces/a/status` its subresource, `/namespaces/a/services` a collection.
  if (rest[0] === 'namespaces' && rest.length > 2 && !isNamespaceSubresource(group, rest)) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  }
  const [plural = '', name = '', subresource = '', ...deeper] = rest;
  const kind = resources.find(group, version, plural);
  if (!kind || (namespace !== '' && !kind.namespaced) || (kind.namespaced && name !== '' && namespace === '')) {
    return { type: 'unknown-resource', group, version, resource: plural };
  }
  if (deeper.length > 0 && subresource !== 'proxy')
    return { type: 'unknown-resource', group, version, resource: plural };
  return { type: 'resource', kind, namespace, name, subresource, legacyWatch };
}

function isNamespaceSubresource(group: string, rest: readonly string[]): boolean {
  return group === '' && rest.length === 3 && (rest[2] === 'status' || rest[2] === 'finalize');
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The verb of a request, as authorization names it; undefined where the method is none of a resource. */
export function verbOf(method: string, named: boolean, watch: boolean): Verb | undefined {
  switch (method) {
    case 'GET':
      if (watch) return 'watch';
      return named ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return undefined;
  }
}
