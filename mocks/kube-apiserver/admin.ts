import { isForMethod } from '../faults.ts';
import type { CallCounts } from './calls.ts';
import type { Cluster } from './cluster.ts';
import { type KubeFaultRule, parseKubeFaults, watchBreaks } from './fault-effects.ts';
import { shownRules, type Faults } from './faults.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { nameOf, namespaceOf } from './metadata.ts';
import type { OpenWatches } from './watch/open-watches.ts';
import type { KubeAnswer, KubeRequest } from './wire.ts';

/** What the door for tests opens. */
export interface Door {
  readonly cluster: Cluster;
  readonly calls: CallCounts;
  readonly faults: Faults;
  readonly watches: OpenWatches;
  readonly plant: (rules: readonly KubeFaultRule[]) => void;
}

/** Answers `/_portico/…`, the door for tests; undefined for every other path. */
export function adminRequest(door: Door, request: KubeRequest): KubeAnswer | undefined {
  const path = request.path.split('?')[0] ?? '';
  if (!path.startsWith('/_portico/')) return undefined;
  const { cluster, calls, faults } = door;
  switch (`${request.method} ${path}`) {
    case 'GET /_portico/calls':
      return answer(200, calls.report());
    case 'POST /_portico/calls/reset':
      calls.reset();
      return answer(200, {});
    case 'GET /_portico/state':
      return answer(200, state(cluster));
    case 'GET /_portico/faults':
      return answer(200, shownRules(faults.rules()));
    case 'POST /_portico/faults':
      return withBody(request, (body) => plantFaults(door, body));
    case 'DELETE /_portico/faults':
      door.plant([]);
      return answer(200, shownRules([]));
    case 'POST /_portico/compact':
      return withBody(request, (body) => compact(cluster, body));
    case 'GET /_portico/watches':
      return answer(200, openWatches(door));
    case 'POST /_portico/watches/break':
      return withBody(request, (body) => breakWatches(door, body));
    default:
      return answer(404, { error: `Nothing at ${request.method} ${path}.` });
  }
}

/** An empty body counts as `{}`. */
function withBody({ body }: KubeRequest, act: (body: Json) => KubeAnswer): KubeAnswer {
  let input: Json;
  try {
    input = body === undefined || body.length === 0 ? {} : (JSON.parse(new TextDecoder().decode(body)) as Json);
  } catch {
    return answer(400, { error: 'The body must be JSON.' });
  }
  return act(input);
}

function plantFaults({ plant }: Door, body: Json): KubeAnswer {
  const parsed = parseKubeFaults(body);
  if ('problems' in parsed) return answer(400, { error: parsed.problems.join(' ') });
  plant(parsed.rules);
  return answer(200, shownRules(parsed.rules));
}

/** Forgets history before a revision, as etcd does every five minutes; by default all but the present. */
function compact({ store }: Cluster, body: Json): KubeAnswer {
  const revision = isObject(body) ? (body['revision'] ?? store.revision()) : undefined;
  if (typeof revision !== 'number' || !Number.isInteger(revision) || revision < 0 || revision > store.revision()) {
    return answer(400, { error: `revision must be a whole number up to ${store.revision()}.` });
  }
  store.compact(revision);
  return answer(200, { compactedTo: store.compactedTo(), revision: store.revision() });
}

function openWatches({ watches }: Door): JsonObject {
  const counts = [...watches.count()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { total: counts.reduce((sum, [, count]) => sum + count, 0), byMethod: Object.fromEntries(counts) };
}

function breakWatches({ watches }: Door, body: Json): KubeAnswer {
  const { method, how } = isObject(body) ? body : {};
  const wanted = watchBreaks.find((each) => each === how);
  if (!wanted) return answer(400, { error: `how must be one of ${watchBreaks.join(', ')}.` });
  if (method !== undefined && typeof method !== 'string') return answer(400, { error: 'method must be a text.' });
  const match = method === undefined ? {} : { method };
  return answer(200, { broken: watches.break((name) => isForMethod(match, name), wanted) });
}

/** All objects by resource and key, and the revision. */
function state(cluster: Cluster): JsonObject {
  const { store } = cluster;
  const objects = store.resources().map((resource) => {
    const entries = store.list(resource, '').objects;
    return [
      resource.replace(/^\//, ''),
      Object.fromEntries(
        entries.map((object) => [
          [namespaceOf(object), nameOf(object)].filter((part) => part !== '').join('/'),
          object,
        ]),
      ),
    ] as const;
  });
  return { revision: store.revision(), objects: Object.fromEntries(objects) };
}

function answer(status: number, body: JsonObject): KubeAnswer {
  return {
    status,
    headers: { 'Content-Type': 'application/json' },
    body: new TextEncoder().encode(`${JSON.stringify(body)}\n`),
  };
}
