/** What a request asks to do, as authorization sees it. It is known before it is known whether the path exists. */
export type Attributes =
  | {
      readonly type: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly subresource: string;
      /** Empty for what is not namespaced, and for all namespaces. */
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly type: 'path'; readonly verb: string; readonly path: string };

export type ResourceAttributes = Attributes & { readonly type: 'resource' };

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Reads a request line as the real server does, without regard to which groups and resources are served. */
export function attributesOf(method: string, path: string, query: URLSearchParams): Attributes {
  const decoded = decode(path);
  const other: Attributes = { type: 'path', verb: method.toLowerCase(), path: decoded };
  const [root, ...parts] = decoded.replaceAll(/^\/+|\/+$/g, '').split('/');
  const core = root === 'api';
  if ((!core && root !== 'apis') || parts.length < (core ? 2 : 3)) return other;
  const [group, version, ...after] = core ? ['', ...parts] : parts;
  let rest = after;
  let verb = verbs[method] ?? '';
  if (rest[0] === 'watch' || rest[0] === 'proxy') {
    if (rest.length < 2) return other;
    verb = rest[0];
    rest = rest.slice(1);
  }
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = rest[1] ?? '';
    if (rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize') rest = rest.slice(2);
  }
  const [resource = '', ownName = ''] = rest;
  const subresource = verb === 'proxy' ? '' : (rest[2] ?? '');
  let name = ownName;
  if (name === '' && verb === 'get') {
    verb = isWatch(query) ? 'watch' : 'list';
    name = selectedName(query);
  }
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  return { type: 'resource', verb, group: group ?? '', version: version ?? '', resource, subresource, namespace, name };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function isWatch(query: URLSearchParams): boolean {
  const given = query.get('watch')?.toLowerCase();
  return given !== undefined && given !== 'false' && given !== '0';
}

/** A list of the one object that a field selector names counts as a request for that object. */
function selectedName(query: URLSearchParams): string {
  for (const term of (query.get('fieldSelector') ?? '').split(',')) {
    const [, name = ''] = /^metadata\.name==?(.*)$/.exec(term.trim()) ?? [];
    if (name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name)) return name;
  }
  return '';
}
