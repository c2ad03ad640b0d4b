import { createHash } from 'node:crypto';
import type { Cluster } from '../cluster.ts';
import { methodNotAllowed, unknownResource } from '../status.ts';
import type { KubeAnswer, KubeRequest } from '../wire.ts';
import { plainHeaders } from '../wire.ts';
import type { JsonObject } from '../json.ts';
import { isForReading, negotiate, notAcceptable, parseAccept, type Shape } from '../negotiate.ts';
import { encode } from '../render.ts';
import { aggregated, coreVersions, groupList, oneGroup, resourceList } from './documents.ts';
import { groupsOf, type Group } from './groups.ts';
import { health, healthPaths } from './health.ts';
import { issuerDiscovery } from './issuer.ts';
import { notFoundText } from './not-found.ts';
import { openApi } from './openapi.ts';
import { release } from './version.ts';

/** Answers every path that is no resource. */
export function discover(cluster: Cluster, request: KubeRequest, path: string, query: URLSearchParams): KubeAnswer {
  const trimmed = path.length > 1 ? path.replace(/\/$/, '') : path;
  const [, root = '', first, second, ...deeper] = trimmed.split('/');
  switch (root) {
    case '':
      return path === '/' ? json(request, rootPaths(cluster)) : notFoundText();
    case 'healthz':
    case 'readyz':
    case 'livez':
      return health(root, [first, second, ...deeper].filter((part) => part !== undefined).join('/'), query);
    case 'version':
      if (first !== undefined) return notFoundText();
      if (request.method !== 'GET') throw methodNotAllowed();
      return json(request, release);
    case 'openapi':
      return openApi(cluster, request, trimmed, query);
    case 'api':
      return coreDiscovery(cluster, request, first);
    case 'apis':
      if (deeper.length > 0) return notFoundText();
      return groupDiscovery(cluster, request, first, second);
    case '.well-known':
    case 'openid':
      return issuerDiscovery(cluster, request, trimmed);
    default:
      return notFoundText();
  }
}

function coreDiscovery(cluster: Cluster, request: KubeRequest, version: string | undefined): KubeAnswer {
  if (request.method !== 'GET') throw methodNotAllowed();
  const groups = groupsOf(cluster.kinds);
  if (version === undefined) {
    return discoveryRoot(
      request,
      groups.filter(({ name }) => name === ''),
      coreVersions(request.headers['host'] ?? ''),
    );
  }
  return versionBody(request, groups, '', version);
}

function groupDiscovery(
  cluster: Cluster,
  request: KubeRequest,
  name: string | undefined,
  version: string | undefined,
): KubeAnswer {
  const groups = groupsOf(cluster.kinds).filter((group) => group.name !== '');
  if (name === undefined) return discoveryRoot(request, groups, groupList(groups));
  const group = groups.find((each) => each.name === name);
  if (!group) return notFoundText();
  if (version === undefined) return json(request, oneGroup(group));
  return versionBody(request, groups, name, version);
}

function versionBody(request: KubeRequest, groups: readonly Group[], name: string, version: string): KubeAnswer {
  const found = groups.find((group) => group.name === name)?.versions.find((each) => each.version === version);
  if (!found) throw unknownResource();
  return json(request, resourceList(name, version, found.resources));
}

/** The aggregated document when its version is asked for before plain JSON, else the old one. */
function discoveryRoot(request: KubeRequest, groups: readonly Group[], old: JsonObject): KubeAnswer {
  for (const { type, parameters } of parseAccept(request.headers['accept'] ?? '*/*')) {
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*' && type !== 'application/yaml')
      continue;
    const as = parameters.get('as');
    if (as === undefined) return { ...json(request, old), headers: { ...json(request, old).headers, Vary: 'Accept' } };
    if (as !== 'APIGroupDiscoveryList' || parameters.get('g') !== 'apidiscovery.k8s.io') continue;
    if (parameters.get('v') !== 'v2') continue;
    return aggregatedAnswer(request, aggregated(groups));
  }
  throw notAcceptable(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']);
}

function aggregatedAnswer(request: KubeRequest, body: JsonObject): KubeAnswer {
  const bytes = encode(body, { format: 'json', pretty: false });
  const etag = `"${createHash('sha512').update(bytes).digest('hex').toUpperCase()}"`;
  const headers = { 'Cache-Control': 'public', ETag: etag, Vary: 'Accept' };
  if (request.headers['if-none-match'] === etag) return { status: 304, headers, body: undefined };
  return {
    status: 200,
    headers: { ...headers, 'Content-Type': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
    body: bytes,
  };
}

function json(request: KubeRequest, body: JsonObject): KubeAnswer {
  const shape = plainShape(request);
  return {
    status: 200,
    headers: { ...plainHeaders, 'Content-Type': shape.contentType },
    body: encode(body, shape),
  };
}

/** `/` and `/version` answer in JSON whatever is asked for; what discovery tells has no protobuf here. */
function plainShape(request: KubeRequest): Pick<Shape, 'format' | 'pretty' | 'contentType'> {
  const plainJson = { format: 'json', pretty: isForReading(request), contentType: 'application/json' } as const;
  try {
    const shape = negotiate(request, false);
    return shape.format === 'protobuf' ? plainJson : shape;
  } catch {
    return plainJson;
  }
}

function rootPaths(cluster: Cluster): JsonObject {
  const groups = groupsOf(cluster.kinds).flatMap(({ name, versions }) =>
    name === ''
      ? ['/api', '/api/v1', '/apis', '/apis/']
      : [`/apis/${name}`, ...versions.map(({ version }) => `/apis/${name}/${version}`)],
  );
  const issuer = ['/.well-known/openid-configuration', '/openid/v1/jwks'];
  const fixed = [...issuer, '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/version'];
  return { paths: [...groups, ...healthPaths, ...fixed].toSorted() };
}
