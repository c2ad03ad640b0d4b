import { isDryRun, keyOf, resourceOf, type Call } from '../cluster.ts';
import type { AllocationContext, KubeObject, RequestContext } from '../kind.ts';
import { nameOf, timestamp } from '../metadata.ts';
import { invalid } from '../status.ts';

export function requestContext(call: Call): RequestContext {
  return {
    now: timestamp(call.cluster.clock.now()),
    user: call.user.name,
    dryRun: isDryRun(call.query),
    random: call.cluster.random,
  };
}

/** Runs the kind's allocation; throws 422 when it has nothing left or the wish is taken. */
export function allocate(call: Call, object: KubeObject, old: KubeObject | undefined): KubeObject {
  const { cluster, kind, namespace } = call;
  if (!kind.strategy.allocate) return object;
  const holder = `${resourceOf(kind)}/${keyOf(kind, namespace, nameOf(object))}`;
  const context: AllocationContext = {
    ...requestContext(call),
    // A new object holds nothing yet, even when its name is taken.
    taken: (pool, value) => cluster.store.taken(pool, value, old ? holder : ''),
  };
  const allocated = kind.strategy.allocate(object, old, context);
  if ('errors' in allocated) throw invalid(kind, nameOf(object), allocated.errors);
  return allocated.object;
}

/** Who owns the written fields: `fieldManager`, else the program of the User-Agent. */
export function fieldManager(call: Call): string {
  const given = call.query.get('fieldManager');
  if (given) return given;
  const agent = call.header('user-agent') ?? '';
  return agent.split('/')[0]?.slice(0, 128) || 'unknown';
}
