import type { CallCounts } from './calls.ts';
import type { Cluster } from './cluster.ts';
import type { JsonObject } from './json.ts';
import { nameOf, namespaceOf } from './metadata.ts';
import type { KubeAnswer, KubeRequest } from './wire.ts';

/** Answers `/_portico/…`, the door for tests; undefined for every other path. */
export function adminRequest(cluster: Cluster, calls: CallCounts, request: KubeRequest): KubeAnswer | undefined {
  const path = request.path.split('?')[0] ?? '';
  if (!path.startsWith('/_portico/')) return undefined;
  switch (`${request.method} ${path}`) {
    case 'GET /_portico/calls':
      return answer(200, calls.report());
    case 'POST /_portico/calls/reset':
      calls.reset();
      return answer(200, {});
    case 'GET /_portico/state':
      return answer(200, state(cluster));
    default:
      return answer(404, { error: `Nothing at ${request.method} ${path}.` });
  }
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
