import { createHash } from 'node:crypto';
import { apiVersionOf } from '../api-version.ts';
import type { Cluster } from '../cluster.ts';
import type { JsonObject } from '../json.ts';
import type { Kind } from '../kind.ts';
import { parseAccept } from '../negotiate.ts';
import { plainHeaders, type KubeAnswer, type KubeRequest } from '../wire.ts';
import { openApiPaths } from './openapi-paths.ts';
import { openApiSchemas } from './openapi-schemas.ts';

interface Document {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

const documents = new WeakMap<readonly Kind[], ReadonlyMap<string, () => Document>>();

/** `/openapi/v3`: an index, and one document per group and version, written when first asked for. */
export function openApi(cluster: Cluster, request: KubeRequest, path: string, query: URLSearchParams): KubeAnswer {
  const all = documentsOf(cluster.kinds);
  if (path === '/openapi/v3') return index(all);
  const name = path.slice('/openapi/v3/'.length);
  const find = path.startsWith('/openapi/v3/') ? all.get(name) : undefined;
  if (!find) return { status: 404, headers: plainHeaders, body: undefined };
  if (
    !parseAccept(request.headers['accept'] ?? '*/*').some(({ type }) => type === 'application/json' || type === '*/*')
  ) {
    return { status: 406, headers: { ...plainHeaders, Vary: 'Accept' }, body: undefined };
  }
  const { bytes, hash } = find();
  const asked = query.get('hash');
  const headers = { ETag: `"${hash}"`, Vary: 'Accept', 'Content-Type': 'application/json' };
  if (asked && asked !== hash) {
    return { status: 301, headers: { ...plainHeaders, ...headers, Location: url(name, hash) }, body: undefined };
  }
  const cache = { 'Cache-Control': asked === hash ? 'public, immutable' : 'no-cache, private' };
  if (request.headers['if-none-match'] === `"${hash}"`) {
    return { status: 304, headers: { ...cache, ETag: headers.ETag, Vary: 'Accept' }, body: undefined };
  }
  return { status: 200, headers: { ...headers, ...cache }, body: bytes };
}

function url(name: string, hash: string): string {
  return `/openapi/v3/${name}?hash=${hash}`;
}

function index(all: ReadonlyMap<string, () => Document>): KubeAnswer {
  const paths = Object.fromEntries(
    [...all].map(([name, find]) => [name, { serverRelativeURL: url(name, find().hash) }]),
  );
  return {
    status: 200,
    headers: { ...plainHeaders, 'Content-Type': 'text/plain; charset=utf-8' },
    body: new TextEncoder().encode(JSON.stringify({ paths })),
  };
}

function documentsOf(kinds: readonly Kind[]): ReadonlyMap<string, () => Document> {
  let all = documents.get(kinds);
  if (!all) {
    const versions = [...new Set(kinds.map(apiVersionOf))].toSorted();
    all = new Map(
      versions.map((apiVersion) => {
        const own = kinds.filter((kind) => apiVersionOf(kind) === apiVersion);
        const prefix = own[0]?.group === '' ? 'api' : 'apis';
        return [`${prefix}/${apiVersion}`, once(() => writeDocument(`/${prefix}/${apiVersion}`, own))];
      }),
    );
    documents.set(kinds, all);
  }
  return all;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function writeDocument(root: string, kinds: readonly Kind[]): Document {
  const body: JsonObject = {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: '1.36' },
    paths: openApiPaths(root, kinds),
    components: { schemas: openApiSchemas(kinds) },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return { bytes, hash: createHash('sha512').update(bytes).digest('hex').toUpperCase() };
}
