import type { User } from '../cluster.ts';
import { goErrors } from '../go-text.ts';
import type { Store } from '../store/store.ts';
import type { Attributes } from './attributes.ts';
import type { Decision } from './decision.ts';
import { grantsTo } from './rbac/grants.ts';
import { type PolicyRule, ruleAllows } from './rbac/policy-rule.ts';

export interface HeldRules {
  readonly rules: readonly PolicyRule[];
  /** Bindings whose roles are missing; empty when there are none. */
  readonly errors: readonly string[];
}

export interface Authorizer {
  readonly mode: 'RBAC' | 'AlwaysAllow';
  authorize(user: User, attributes: Attributes): Decision;
  /** Everything that a user may do in a namespace. */
  rulesFor(user: User, namespace: string): HeldRules;
}

/** The rules of `cluster-admin`. */
export const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
];

export const alwaysAllow: Authorizer = {
  mode: 'AlwaysAllow',
  authorize: () => ({ allowed: true, reason: '' }),
  rulesFor: () => ({ rules: everything, errors: [] }),
};

/** Members of `system:masters` may do everything; others what roles and their bindings in the store allow. */
export function rbacAuthorizer(store: Store): Authorizer {
  return {
    mode: 'RBAC',
    authorize(user, attributes) {
      if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
      const errors: string[] = [];
      for (const grant of grantsTo(store, user, attributes.type === 'resource' ? attributes.namespace : '')) {
        if ('error' in grant) errors.push(grant.error);
        else if (ruleAllows(grant.rule, attributes)) {
          return { allowed: true, reason: `RBAC: allowed by ${grant.source}` };
        }
      }
      return { allowed: false, reason: errors.length === 0 ? '' : `RBAC: ${goErrors(errors)}` };
    },
    rulesFor(user, namespace) {
      const grants = [...grantsTo(store, user, namespace)];
      return {
        rules: grants.flatMap((grant) => ('error' in grant ? [] : [grant.rule])),
        errors: grants.flatMap((grant) => ('error' in grant ? [grant.error] : [])),
      };
    },
  };
}
