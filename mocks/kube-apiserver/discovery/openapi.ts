import type { Cluster } from '../cluster.ts';
import { parseAccept } from '../negotiate.ts';
import { plainHeaders, type KubeAnswer, type KubeRequest } from '../wire.ts';
import { type Document, documentsOf } from './openapi-documents.ts';

/**
 * `/openapi/v3`: an index, and one document per group and version. `/openapi/v2`: all in one document.
 * The documents of version 3 are written in JSON alone; for their protobuf 406 is answered.
 */
export function openApi(cluster: Cluster, request: KubeRequest, path: string, query: URLSearchParams): KubeAnswer {
  const { versions, all, allInProtobuf } = documentsOf(cluster.kinds);
  const modified = new Date(cluster.startedMs).toUTCString();
  if (path === '/openapi/v3') return index(request, versions, modified);
  if (path === '/openapi/v2') {
    const Vary = ['Accept-Encoding', 'Accept'];
    const type = firstOf(request, [json, ...v2Protobuf]);
    if (type === undefined) return { status: 406, headers: { ...plainHeaders, Vary }, body: undefined };
    if (type === json) return conditional(request, all(), { ...plainHeaders, Vary }, json, modified);
    // Asked for in both spellings, answered in the one that is a media type.
    return conditional(request, allInProtobuf(), { ...plainHeaders, Vary }, v2Protobuf[0], modified);
  }
  const name = path.slice('/openapi/v3/'.length);
  const find = path.startsWith('/openapi/v3/') ? versions.get(name) : undefined;
  if (!find) return { status: 404, headers: plainHeaders, body: undefined };
  const vary = { Vary: 'Accept' };
  if (firstOf(request, [json]) === undefined) {
    return { status: 406, headers: { ...plainHeaders, ...vary }, body: undefined };
  }
  const document = find();
  const asked = query.get('hash') ?? '';
  if (asked === '') return conditional(request, document, { ...plainHeaders, ...vary }, json, modified);
  if (asked === document.hash) {
    return conditional(request, document, { 'Cache-Control': 'public, immutable', ...vary }, json, modified);
  }
  const moved = { ETag: `"${document.hash}"`, 'Content-Type': json, Location: url(name, document.hash) };
  return { status: 301, headers: { ...plainHeaders, ...vary, ...moved }, body: undefined };
}

const json = 'application/json';
const v2Protobuf = [
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
] as const;

/** The first of these media types that the client takes. */
function firstOf(request: KubeRequest, types: readonly [string, ...string[]]): string | undefined {
  for (const { type } of parseAccept(request.headers['accept'] ?? '*/*')) {
    if (type === '*/*' || type === 'application/*') return types[0];
    if (types.includes(type)) return type;
  }
  return undefined;
}

/** The document, or 304 for the client that has it. */
function conditional(
  request: KubeRequest,
  { bytes, hash }: Document,
  cached: KubeAnswer['headers'],
  contentType: string,
  modified: string,
): KubeAnswer {
  const headers = { ...cached, ETag: `"${hash}"` };
  const known = request.headers['if-none-match'];
  if (known === `"${hash}"` || known === '*' || (known === undefined && notModified(request, modified))) {
    return { status: 304, headers, body: undefined };
  }
  return { status: 200, headers: { ...headers, 'Content-Type': contentType, 'Last-Modified': modified }, body: bytes };
}

/** Whether the client's copy is not older. Headers tell whole seconds. */
function notModified(request: KubeRequest, modified: string): boolean {
  return Date.parse(request.headers['if-modified-since'] ?? '') >= Date.parse(modified);
}

function url(name: string, hash: string): string {
  return `/openapi/v3/${name}?hash=${hash}`;
}

function index(request: KubeRequest, versions: ReadonlyMap<string, () => Document>, modified: string): KubeAnswer {
  const headers = { ...plainHeaders, 'Last-Modified': modified };
  if (notModified(request, modified)) return { status: 304, headers, body: undefined };
  const paths = Object.fromEntries(
    [...versions].map(([name, find]) => [name, { serverRelativeURL: url(name, find().hash) }]),
  );
  return {
    status: 200,
    headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' },
    body: new TextEncoder().encode(JSON.stringify({ paths })),
  };
}
