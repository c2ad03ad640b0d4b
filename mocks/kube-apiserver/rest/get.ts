import { find, keyOf, shown, type Call } from '../cluster.ts';
import type { KubeObject } from '../kind.ts';
import { notFound } from '../status.ts';
import { checkVersionReached } from './freshness.ts';
import type { Outcome } from './outcome.ts';

/** The present object, or with a resourceVersion the one that the watch cache shows, not older than that. */
export async function get(call: Call): Promise<Outcome> {
  const cache = call.cluster.caches.of(call.kind);
  await checkVersionReached(call, cache);
  const object = call.query.get('resourceVersion') ? findCached(call) : find(call);
  if (!object) throw notFound(call.kind, call.name);
  return { type: 'object', status: 200, object };
}

function findCached({ cluster, kind, namespace, name }: Call): KubeObject | undefined {
  const cached = cluster.caches.of(kind).get(keyOf(kind, namespace, name));
  return cached && shown(kind, cached);
}
