import { createHash } from 'node:crypto';
import { apiVersionOf } from '../api-version.ts';
import type { JsonObject } from '../json.ts';
import type { Kind } from '../kind.ts';
import { openApiPaths } from './openapi-paths.ts';
import { openApiSchemas } from './openapi-schemas.ts';
import { swaggerProtobuf } from './openapi-v2-protobuf.ts';
import { swagger } from './openapi-v2.ts';

export interface Document {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

export interface Documents {
  /** OpenAPI 3, by path below `/openapi/v3/`. */
  readonly versions: ReadonlyMap<string, () => Document>;
  /** OpenAPI 2, all in one. */
  readonly all: () => Document;
  /** The same as protobuf, under the same hash. */
  readonly allInProtobuf: () => Document;
}

const documents = new WeakMap<readonly Kind[], Documents>();

/** The documents of these kinds, each written when first asked for. */
export function documentsOf(kinds: readonly Kind[]): Documents {
  let found = documents.get(kinds);
  if (!found) {
    found = prepare(kinds);
    documents.set(kinds, found);
  }
  return found;
}

function prepare(kinds: readonly Kind[]): Documents {
  const apiVersions = [...new Set(kinds.map(apiVersionOf))].toSorted();
  const bodies = apiVersions.map((apiVersion) => {
    const own = kinds.filter((kind) => apiVersionOf(kind) === apiVersion);
    const root = `${own[0]?.group === '' ? 'api' : 'apis'}/${apiVersion}`;
    return [root, once(() => bodyOf(`/${root}`, own))] as const;
  });
  const groups = [...new Set(kinds.map(({ group }) => group))]
    .filter((group) => group !== '')
    .map((group) => `apis/${group}`);
  const plain = ['.well-known/openid-configuration', 'api', 'apis', ...groups, 'openid/v1/jwks', 'version'].map(
    (root) => [root, once(() => discoveryBody(root))] as const,
  );
  const all = [...bodies, ...plain].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const whole = once(() => swagger(bodies.map(([, body]) => body())));
  return {
    versions: new Map(all.map(([root, body]) => [root, once(() => write({ openapi: '3.0.0', ...body() }))])),
    all: once(() => write(whole())),
    allInProtobuf: once(() => ({ bytes: swaggerProtobuf(whole()), hash: write(whole()).hash })),
  };
}

export const info = { title: 'Kubernetes', version: '1.36' } as const;

function bodyOf(root: string, kinds: readonly Kind[]): JsonObject {
  return { info, paths: openApiPaths(root, kinds), components: { schemas: openApiSchemas(kinds) } };
}

/** Of a path that tells what there is, and takes and answers no kind. */
function discoveryBody(root: string): JsonObject {
  const answer = { description: 'OK', content: { 'application/json': { schema: { type: 'object' } } } };
  const operation = { tags: [root.split('/').at(-1) ?? ''], responses: { '200': answer } };
  return { info, paths: { [`/${root}/`]: { get: operation } }, components: { schemas: {} } };
}

function write(body: JsonObject): Document {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return { bytes, hash: createHash('sha512').update(bytes).digest('hex').toUpperCase() };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
