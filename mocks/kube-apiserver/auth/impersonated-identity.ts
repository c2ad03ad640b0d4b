import type { User } from '../cluster.ts';
import type { ResourceAttributes } from './attributes.ts';
import type { Authorizer } from './authorizer.ts';
import { notAllowed } from './decision.ts';
import type { Mode } from './impersonation.ts';
import { accountOf, nodeOf } from './usernames.ts';

/** From so many groups or extra values on, one permission for all of them is asked for first. */
const many = 4;

/**
 * Asks for each thing that a request wants to be: name, uid, groups, extra.
 * @throws {ApiError} 403 for the first that the sender may not.
 */
export function checkIdentity(sender: User, wanted: User, mode: Mode, authorizer: Authorizer): void {
  const constrained = mode !== 'legacy';
  const verb = constrained ? `impersonate:${mode}` : 'impersonate';
  const attributes = (resource: string, name: string, own: Partial<ResourceAttributes> = {}): ResourceAttributes => ({
    type: 'resource',
    verb,
    group: constrained ? 'authentication.k8s.io' : '',
    version: 'v1',
    resource,
    subresource: '',
    namespace: '',
    name,
    ...own,
  });
  const may = (asked: ResourceAttributes): boolean => authorizer.authorize(sender, asked).allowed;
  const must = (asked: ResourceAttributes): void => {
    const { allowed, reason } = authorizer.authorize(sender, asked);
    if (!allowed) throw notAllowed(sender, asked, reason);
  };
  const authentication = { group: 'authentication.k8s.io' } as const;

  must(nameAttributes(wanted.name, mode, attributes));
  if (wanted.uid !== '') must(attributes('uids', wanted.uid, authentication));
  const { groups } = wanted;
  if (constrained && groups.includes('')) {
    throw notAllowed(sender, attributes('groups', ''), 'impersonating the empty string group is not allowed');
  }
  if (constrained && groups.includes('system:masters')) {
    const asked = attributes('groups', 'system:masters');
    throw notAllowed(sender, asked, 'impersonating the system:masters group is not allowed');
  }
  const allGroups = constrained && groups.length >= many && may(attributes('groups', '*'));
  if (!allGroups) for (const group of groups) must(attributes('groups', group));
  const values = Object.entries(wanted.extra).flatMap(([key, each]) => each.map((value) => ({ key, value })));
  const large = constrained && (values.length >= many || Object.keys(wanted.extra).length >= many);
  if (large && may(attributes('userextras', '*', { ...authentication, subresource: '*' }))) return;
  for (const { key, value } of values) {
    must(attributes('userextras', value, { ...authentication, subresource: key }));
  }
}

function nameAttributes(
  username: string,
  mode: Mode,
  attributes: (resource: string, name: string, own?: Partial<ResourceAttributes>) => ResourceAttributes,
): ResourceAttributes {
  const account = accountOf(username);
  if (account) return attributes('serviceaccounts', account.name, { namespace: account.namespace });
  const node = mode === 'legacy' ? undefined : nodeOf(username);
  if (node === undefined) return attributes('users', username);
  // A service account may be any node on which it runs, so that the permission names none.
  return attributes('nodes', mode === 'associated-node' ? '*' : node);
}
