import { parseFaults } from '../fault-rules.ts';
import type { CallCounts } from './calls.ts';
import type { Cluster } from './cluster.ts';
import { shownRules, type Faults } from './faults.ts';
import type { JsonObject } from './json.ts';
import { nameOf, namespaceOf } from './metadata.ts';
import type { KubeAnswer, KubeRequest } from './wire.ts';

/** Answers `/_portico/…`, the door for tests; undefined for every other path. */
export function adminRequest(
  cluster: Cluster,
  calls: CallCounts,
  faults: Faults,
  request: KubeRequest,
): KubeAnswer | undefined {
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
    case 'GET /_portico/faults':
      return answer(200, shownRules(faults.rules()));
    case 'POST /_portico/faults':
      return plantFaults(faults, request.body);
    case 'DELETE /_portico/faults':
      faults.plant([]);
      return answer(200, shownRules([]));
    default:
      return answer(404, { error: `Nothing at ${request.method} ${path}.` });
  }
}

function plantFaults(faults: Faults, body: Uint8Array | undefined): KubeAnswer {
  let input: unknown;
  try {
    input = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return answer(400, { error: 'The body must be a list of fault rules as JSON.' });
  }
  const parsed = parseFaults(input);
  if ('problems' in parsed) return answer(400, { error: parsed.problems.join(' ') });
  if (parsed.rules.some(({ effect }) => effect.type === 'fail-operation')) {
    return answer(400, { error: 'fail-operation is for APIs with operations; use error here.' });
  }
  faults.plant(parsed.rules);
  return answer(200, shownRules(parsed.rules));
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
