import { type Call, type Cluster, type User } from './cluster.ts';
import { discover } from './discovery/discover.ts';
import type { JsonObject } from './json.ts';
import type { Kind, Subresource } from './kind.ts';
import { isForReading, negotiate, type Shape } from './negotiate.ts';
import { encode, render } from './render.ts';
import { create } from './rest/create.ts';
import { deleteCollection, deleteOne } from './rest/delete.ts';
import { get } from './rest/get.ts';
import { list } from './rest/list.ts';
import { parseFlag } from './rest/list-options.ts';
import type { Outcome } from './rest/outcome.ts';
import { patch } from './rest/patch.ts';
import { subresourceRequest } from './rest/subresource.ts';
import { update } from './rest/update.ts';
import { route, verbOf, type Route } from './route.ts';
import { ApiError, failureStatus, methodNotAllowed, qualifiedPlural, unknownResource } from './status.ts';
import { createEventWriter } from './watch/event-writer.ts';
import { watch } from './watch/watch.ts';
import { plainHeaders, type KubeAnswer, type KubeRequest } from './wire.ts';

type ResourceRoute = Route & { readonly type: 'resource' };

/** `--max-request-body-bytes`, which no real cluster changes. */
const largestBody = 3 * 1024 * 1024;

function tooLarge(): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${largestBody}`);
}

const noBytes = new Uint8Array();

/** Answers one request. Never throws: a refusal is a `Status` body. */
export async function handle(cluster: Cluster, request: KubeRequest, user: User): Promise<KubeAnswer> {
  const [path, search] = splitOnce(request.path, '?');
  const query = new URLSearchParams(search ?? '');
  const target = route(path, cluster.resources);
  switch (target.type) {
    case 'path':
      return discover(cluster, request, path, query);
    case 'unknown-resource':
      throw unknownResource();
    case 'resource':
      return resourceRequest(cluster, request, target, query, user);
    default:
      return target satisfies never;
  }
}

export function refusal(error: unknown, request: KubeRequest): KubeAnswer {
  const refused = error instanceof ApiError ? error : internalError(error);
  let shape: Pick<Shape, 'format' | 'pretty' | 'contentType'>;
  try {
    shape = negotiate(request, false);
  } catch {
    shape = { format: 'json', pretty: isForReading(request), contentType: 'application/json' };
  }
  const retry = refused.details?.retryAfterSeconds;
  return {
    status: refused.code,
    headers: {
      ...plainHeaders,
      'Content-Type': shape.contentType,
      ...refused.headers,
      ...(retry ? { 'Retry-After': String(retry) } : {}),
      ...(refused.warnings.length > 0 ? { Warning: refused.warnings.map(warningHeader) } : {}),
    },
    body: encode(failureStatus(refused), shape),
  };
}

function internalError(error: unknown): ApiError {
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

async function resourceRequest(
  cluster: Cluster,
  request: KubeRequest,
  target: ResourceRoute,
  query: URLSearchParams,
  user: User,
): Promise<KubeAnswer> {
  const { kind, name, subresource } = target;
  const watching =
    target.legacyWatch ||
    (request.method === 'GET' && name === '' && subresource === '' && parseFlag(query.get('watch')) === true);
  const verb = verbOf(request.method, name !== '', watching);
  const sub = subresource === '' ? undefined : kind.subresources.find((each) => each.name === subresource);
  if (subresource !== '' && !sub) throw unknownResource();
  const allowed = allowedVerbs(kind, sub, name);
  if (verb === undefined || !allowed.includes(verb)) throw methodNotAllowed();
  // Over all namespaces there is only reading.
  const everywhere = kind.namespaced && target.namespace === '';
  if (everywhere && verb !== 'list' && verb !== 'watch') throw methodNotAllowed();
  const shape = negotiate(request, watching, kind.keptAsGiven);
  const call: Call = {
    cluster,
    kind,
    namespace: target.namespace,
    name,
    subresource,
    query,
    header: (header) => request.headers[header],
    body: request.body ?? noBytes,
    user,
    signal: request.signal,
  };
  try {
    if (verb === 'watch') return watchAnswer(call, shape);
    if (sub?.stream) return sub.stream(call);
    if (call.body.length > largestBody) throw tooLarge();
    const outcome = sub?.kind ? subresourceRequest(call, sub, verb) : await perform(call, verb);
    return answer(call, outcome, shape);
  } catch (error) {
    // The deprecation of a kind is told with refusals too.
    if (error instanceof ApiError && kind.warning !== undefined) error.warnings = [kind.warning, ...error.warnings];
    throw error;
  }
}

function allowedVerbs(kind: Kind, sub: Subresource | undefined, name: string): readonly string[] {
  if (sub) return sub.verbs;
  return kind.verbs.filter(
    (verb) =>
      verb === 'watch' ||
      (name === '' ? ['create', 'list', 'deletecollection'] : ['get', 'update', 'patch', 'delete']).includes(verb),
  );
}

function perform(
  call: Call,
  verb: Exclude<ReturnType<typeof verbOf>, 'watch' | undefined>,
): Outcome | Promise<Outcome> {
  switch (verb) {
    case 'get':
      return get(call);
    case 'list':
      return list(call);
    case 'create':
      return call.kind.respond ? call.kind.respond(call) : create(call);
    case 'update':
      return update(call);
    case 'patch':
      return patch(call);
    case 'delete':
      return deleteOne(call);
    case 'deletecollection':
      return deleteCollection(call);
    default:
      return verb satisfies never;
  }
}

function answer(call: Call, outcome: Outcome, shape: Shape): KubeAnswer {
  const body: JsonObject = render(call, outcome, shape);
  const own = outcome.type === 'list' ? [] : (outcome.warnings ?? []);
  const warnings = [...(call.kind.warning === undefined ? [] : [call.kind.warning]), ...own];
  return {
    status: outcome.type === 'list' ? 200 : outcome.status,
    headers: {
      ...plainHeaders,
      'Content-Type': shape.contentType,
      ...(warnings.length > 0 ? { Warning: warnings.map(warningHeader) } : {}),
    },
    body: encode(body, shape, call.cluster.kinds),
  };
}

function warningHeader(text: string): string {
  return `299 - "${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

function watchAnswer(call: Call, shape: Shape): KubeAnswer {
  const events = watch(call);
  const write = createEventWriter(call, shape);
  const warning = call.kind.warning;
  return {
    status: 200,
    headers: {
      ...plainHeaders,
      'Content-Type': shape.format === 'protobuf' ? `${shape.contentType};stream=watch` : shape.contentType,
      ...(warning === undefined ? {} : { Warning: [warningHeader(warning)] }),
    },
    body: (async function* stream() {
      for await (const batch of events) yield write(batch);
    })(),
  };
}

export function splitOnce(text: string, separator: string): [string, string | undefined] {
  const place = text.indexOf(separator);
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + 1)];
}

/** Name under which a request is counted: `services.patch`, `services/status.patch`, `events.events.k8s.io.list`. */
export function methodName(cluster: Cluster, request: KubeRequest): string {
  const [path, search] = splitOnce(request.path, '?');
  const target = route(path, cluster.resources);
  if (target.type !== 'resource') return 'other';
  const { kind, name, subresource } = target;
  const watching = target.legacyWatch || parseFlag(new URLSearchParams(search ?? '').get('watch')) === true;
  const verb = verbOf(request.method, name !== '', watching) ?? request.method.toLowerCase();
  return `${qualifiedPlural(kind)}${subresource === '' ? '' : `/${subresource}`}.${verb}`;
}
