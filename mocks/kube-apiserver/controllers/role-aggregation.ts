import { rbacGroup } from '../auth/rbac/grants.ts';
import { ruleJson, rulesOf } from '../auth/rbac/policy-rule.ts';
import type { Cluster } from '../cluster.ts';
import { at, isObject, type JsonObject, listOf, objectOf, sameJson, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { nameOf } from '../metadata.ts';
import { withField } from '../kinds/strategy.ts';

const clusterRoles = `${rbacGroup}/clusterroles`;

/**
 * The controller of aggregated ClusterRoles: a role with an aggregationRule has the rules of the roles that its
 * selectors choose; as soon as this starts, and right after each change.
 */
export function runRoleAggregation({ store, clock }: Cluster, signal: AbortSignal): void {
  let cancel: (() => void) | undefined;
  const work = (): void => {
    cancel = undefined;
    const roles = store.list(clusterRoles, '').objects;
    // Writing one makes those stale that take it up, and the subscription comes back to them.
    for (const role of roles.flatMap((each) => aggregated(each, roles))) store.put(clusterRoles, nameOf(role), role);
  };
  const unsubscribe = store.subscribe(clusterRoles, () => {
    cancel ??= clock.after(0, work);
  });
  while (store.list(clusterRoles, '').objects.some((each, _index, all) => aggregated(each, all).length > 0)) work();
  signal.addEventListener('abort', () => {
    unsubscribe();
    cancel?.();
  });
}

/** The role with the rules that it should have, unless it has them. */
function aggregated(role: KubeObject, all: readonly KubeObject[]): readonly KubeObject[] {
  const selectors = listOf(at(role, 'aggregationRule', 'clusterRoleSelectors')).filter(isObject);
  if (selectors.length === 0) return [];
  const rules: JsonObject[] = [];
  for (const selector of selectors) {
    for (const part of all) {
      if (nameOf(part) === nameOf(role) || !selects(selector, objectOf(part.metadata['labels']))) continue;
      for (const rule of rulesOf(part).map(ruleJson)) {
        if (!rules.some((each) => sameJson(each, rule))) rules.push(rule);
      }
    }
  }
  // Order does not count, so that roles that take up each other come to rest.
  const held = listOf(role['rules']);
  const same = held.length === rules.length && rules.every((rule) => held.some((each) => sameJson(each, rule)));
  return same ? [] : [withField(role, 'rules', rules)];
}

function selects(selector: JsonObject, labels: JsonObject): boolean {
  const wanted = Object.entries(objectOf(selector['matchLabels']));
  const expressions = listOf(selector['matchExpressions']).filter(isObject);
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    expressions.every(({ key, operator, values }) => {
      const own = labels[textOf(key)];
      switch (textOf(operator)) {
        case 'In':
          return own !== undefined && listOf(values).includes(own);
        case 'NotIn':
          return own === undefined || !listOf(values).includes(own);
        case 'Exists':
          return own !== undefined;
        case 'DoesNotExist':
          return own === undefined;
        default:
          return false;
      }
    })
  );
}
