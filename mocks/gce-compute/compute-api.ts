import { ApiError, badRequest, invalidField, notFound, requiredField } from './api-error.ts';
import { findKind } from './catalog.ts';
import { type Document, isDocument, text } from './json.ts';
import type { Action, Kind } from './kind.ts';
import { setLabels } from './kinds/labels.ts';
import { usableSubnetwork } from './kinds/subnetwork.ts';
import { globalScope, keyOf, projectPath, type Scope, scopePath } from './links.ts';
import { act, change, insert, remove } from './mutations.ts';
import type { Call, Workshop } from './workshop.ts';
import type { Operation, OperationFailure } from './operation-log.ts';
import type { Places } from './places.ts';
import { aggregatedAnswer, listAnswer } from './reading.ts';
import type { Entry } from './resource-store.ts';
import type { Route, World } from './router.ts';
import { checkBody, normalize } from './schema.ts';

export interface ComputeRequest {
  readonly route: Route;
  readonly query: URLSearchParams;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal;
  readonly failure: OperationFailure | undefined;
}

export type ComputeApi = (request: ComputeRequest) => Document | undefined | Promise<Document>;

/** `wait` answers when the operation is done, or after this long. */
const longestWaitMs = 120_000;
const reads: readonly string[] = ['get', 'list', 'aggregatedList'];
const operationTypes = ['global', 'regions', 'zones'] as const;

/** The methods of the API over one project's state. Refusals are thrown as ApiError. */
export function createComputeApi(world: World, shop: Workshop, places: Places): ComputeApi {
  const { site, store, operations } = shop;
  const requests = new Map<string, { readonly call: string; readonly operation: Operation }>();

  function read({ route, query }: ComputeRequest, kind: Kind): Document {
    const { scope, collection, name, method } = route;
    const rowOf = (entry: Entry) => ({ row: site.show(entry), name: entry.name, sequence: entry.sequence });
    const rows = (at: Scope) => store.list(collection, at).map(rowOf);
    if (method.id === 'subnetworks.listUsable') {
      const all = store.list(collection).map((entry) => ({ ...rowOf(entry), row: usableSubnetwork(site.show(entry)) }));
      const path = `aggregated/${collection}/listUsable`;
      return {
        ...listAnswer('Subnetwork', path, all, query, site.link),
        kind: 'compute#usableSubnetworksAggregatedList',
      };
    }
    if (scope === undefined) {
      const aggregated = { message: kind.message, collection, types: kind.scopes, rows };
      return aggregatedAnswer(world, aggregated, query, site.link);
    }
    if (method.verb === 'list') {
      return listAnswer(kind.message, `${scopePath(scope)}/${collection}`, rows(scope), query, site.link);
    }
    const entry = store.get(keyOf(scope, collection, name));
    if (entry === undefined) throw notFound(projectPath(site.project, keyOf(scope, collection, name)));
    return site.show(entry);
  }

  function readPlace({ route, query }: ComputeRequest): Document {
    const { collection, name, method } = route;
    if (method.verb === 'get') return places.get(collection, name);
    const message = collection === 'zones' ? 'Zone' : 'Region';
    const rows = places.list(collection).map((row, sequence) => ({ row, name: text(row, 'name') ?? '', sequence }));
    return listAnswer(message, collection, rows, query, site.link);
  }

  function operationAnswer({ route, query, signal }: ComputeRequest): Document | undefined | Promise<Document> {
    const { scope, name, method } = route;
    const rows = (at: Scope) =>
      operations
        .list(at)
        .map((operation) => ({ row: operation.show(), name: operation.name, sequence: operation.sequence }));
    if (scope === undefined) {
      const all = { message: 'Operation', collection: 'operations', types: operationTypes, rows };
      return aggregatedAnswer(world, all, query, site.link);
    }
    const path = `${scopePath(scope)}/operations`;
    if (method.verb === 'list') return listAnswer('Operation', path, rows(scope), query, site.link);
    const operation = operations.find(scope, name);
    if (operation === undefined) throw notFound(projectPath(site.project, `${path}/${name}`));
    if (method.verb === 'get') return operation.show();
    if (method.verb === 'delete') {
      operations.remove(operation);
      return undefined;
    }
    return operations.wait(operation, longestWaitMs, signal).then(() => operation.show());
  }

  function mutate(request: ComputeRequest, kind: Kind, call: Call): Operation {
    const { name, method } = request.route;
    switch (method.verb) {
      case 'insert':
        return insert(shop, call);
      case 'delete':
        return remove(shop, call, name);
      case 'patch':
      case 'update':
        return change(shop, call, name, method.verb);
      default: {
        const action = actionOf(kind, method.verb);
        if (action === undefined) throw unimplemented(method.id);
        return act(shop, call, name, method.verb, action);
      }
    }
  }

  /** The same request id again is the same call again: it gets the operation of the first. */
  function once(request: ComputeRequest, start: () => Operation): Document {
    const id = requestIdOf(request.query);
    const { method, scope, name } = request.route;
    const call = `${method.id} ${scopePath(scope ?? globalScope)} ${name}`;
    const known = id === undefined ? undefined : requests.get(id);
    if (known !== undefined) {
      if (known.call !== call) throw invalidField('requestId', id, 'The request ID was used for another request.');
      return known.operation.show();
    }
    const operation = start();
    for (const [old, { operation: before }] of requests) {
      if (!operations.isOld(before)) break;
      requests.delete(old);
    }
    if (id !== undefined) requests.set(id, { call, operation });
    return operation.show();
  }

  return (request) => {
    const { route, query, failure } = request;
    const { method, collection, scope } = route;
    if (collection === 'operations') return operationAnswer(request);
    if (['projects', 'regions', 'zones'].includes(collection) && ['get', 'list'].includes(method.verb)) {
      return readPlace(request);
    }
    const kind = findKind(collection);
    if (kind === undefined) throw unimplemented(method.id);
    if (reads.includes(method.verb) || method.id === 'subnetworks.listUsable') return read(request, kind);
    const { body, cleared } = parseBody(request);
    const at = scope ?? globalScope;
    const action = actionOf(kind, method.verb);
    if (action !== undefined && 'answer' in action) {
      const entry = store.get(keyOf(at, collection, route.name));
      if (entry === undefined) throw notFound(projectPath(site.project, keyOf(at, collection, route.name)));
      const answer = action.answer({ site, entry, body, query });
      return isDocument(answer) ? answer : {};
    }
    const call: Call = { kind, scope: at, body, cleared, query, requestId: requestIdOf(query), failure };
    return once(request, () => mutate(request, kind, call));
  };
}

const unimplemented = (method: string): ApiError =>
  new ApiError(501, 'notImplemented', `The method compute.${method} is not part of this mock.`);

const actionOf = (kind: Kind, verb: string): Action | undefined =>
  verb === 'setLabels' && kind.labels === true ? setLabels : kind.actions?.[verb];

function requestIdOf(query: URLSearchParams): string | undefined {
  const id = query.get('requestId');
  if (id === null || id === '') return undefined;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) || /^[0-]+$/.test(id)) {
    throw invalidField('requestId', id, 'Must be a valid UUID other than zero.');
  }
  return id.toLowerCase();
}

function parseBody({ route, body }: ComputeRequest): { readonly body: Document; readonly cleared: readonly string[] } {
  const { method } = route;
  if (method.body === '') return { body: {}, cleared: [] };
  const source = body === undefined ? '' : new TextDecoder().decode(body);
  if (source === '') throw requiredField('resource');
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch {
    throw badRequest('Invalid JSON payload received. Unexpected token.');
  }
  checkBody(method.body, parsed);
  if (!isDocument(parsed)) throw badRequest('Invalid JSON payload received. Root element must be a message.');
  const cleared = Object.keys(parsed).filter((field) => parsed[field] === null);
  return { body: normalize(method.body, parsed) as Document, cleared };
}
