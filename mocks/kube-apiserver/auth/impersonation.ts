import type { User } from '../cluster.ts';
import { badRequest } from '../status.ts';
import type { Attributes } from './attributes.ts';
import type { Authorizer } from './authorizer.ts';
import { notAllowed } from './decision.ts';
import { checkIdentity } from './impersonated-identity.ts';
import { accountOf, nodeOf, serviceAccountGroups } from './usernames.ts';

export type Headers = Readonly<Record<string, string | undefined>>;

/** Kinds of users to be impersonated, each with permissions of its own. `legacy` is the verb `impersonate` alone. */
export type Mode = 'associated-node' | 'arbitrary-node' | 'serviceaccount' | 'user-info' | 'legacy';

const modes: readonly Mode[] = ['associated-node', 'arbitrary-node', 'serviceaccount', 'user-info', 'legacy'];

/**
 * Who a request acts as: its sender, or whom its `Impersonate-…` headers name, if the sender may. The narrow
 * permissions are asked first (`impersonate-on:MODE:VERB` for what is done, then `impersonate:MODE` for whom), then the
 * old verb `impersonate`; the refusal is that of the first.
 * https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 * @throws {ApiError} 400 without a user name, 403 when it is not allowed.
 */
export function actingUser(sender: User, headers: Headers, attributes: Attributes, authorizer: Authorizer): User {
  const wanted = wantedUser(headers);
  if (!wanted) return sender;
  const refusals: unknown[] = [];
  for (const mode of modes) {
    if (!supports(mode, wanted, sender)) continue;
    try {
      if (mode !== 'legacy') {
        const on = { ...attributes, verb: `impersonate-on:${mode}:${attributes.verb}` };
        const decision = authorizer.authorize(sender, on);
        if (!decision.allowed) throw notAllowed(sender, on, decision.reason);
      }
      checkIdentity(sender, wanted, mode, authorizer);
      return completed(wanted, mode);
    } catch (refusal) {
      refusals.push(refusal);
    }
  }
  throw refusals[0];
}

const extraPrefix = 'impersonate-extra-';

function wantedUser(headers: Headers): User | undefined {
  const name = headers['impersonate-user'] ?? '';
  const uid = headers['impersonate-uid'] ?? '';
  const groups = listed(headers['impersonate-group']);
  const extra = Object.entries(headers)
    .filter(([header]) => header.startsWith(extraPrefix))
    .map(([header, value]) => [decoded(header.slice(extraPrefix.length)), listed(value)] as const);
  if (name !== '') return { name, uid, groups, extra: Object.fromEntries(extra) };
  if (uid === '' && groups.length === 0 && extra.length === 0) return undefined;
  const asked = `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid)}, Groups:${goStrings(groups)}, Extra:${goMap(extra)}}`;
  throw badRequest(`requested ${asked} without impersonating a user name`);
}

/** Repeated headers arrive joined by commas. */
function listed(value: string | undefined): readonly string[] {
  return value === undefined ? [] : value.split(', ');
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function goStrings(texts: readonly string[]): string {
  return texts.length === 0 ? '[]string(nil)' : `[]string{${texts.map((each) => JSON.stringify(each)).join(', ')}}`;
}

function goMap(extra: readonly (readonly [string, readonly string[]])[]): string {
  if (extra.length === 0) return 'map[string][]string(nil)';
  const entries = extra.map(
    ([key, values]) => `${JSON.stringify(key)}:[]string{${values.map((each) => JSON.stringify(each)).join(', ')}}`,
  );
  return `map[string][]string{${entries.toSorted().join(', ')}}`;
}

function supports(mode: Mode, wanted: User, sender: User): boolean {
  const nameAlone = wanted.uid === '' && wanted.groups.length === 0 && Object.keys(wanted.extra).length === 0;
  const node = nodeOf(wanted.name);
  const account = accountOf(wanted.name);
  switch (mode) {
    case 'associated-node': {
      const own = sender.extra['authentication.kubernetes.io/node-name'] ?? [];
      return nameAlone && node !== undefined && accountOf(sender.name) !== undefined && own.join() === node;
    }
    case 'arbitrary-node':
      return nameAlone && node !== undefined;
    case 'serviceaccount':
      return nameAlone && account !== undefined;
    case 'user-info':
      return node === undefined && account === undefined;
    case 'legacy':
      return true;
    default:
      return mode satisfies never;
  }
}

/** The wanted user with the groups that it has anyway. */
function completed(wanted: User, mode: Mode): User {
  const account = accountOf(wanted.name);
  const fixed =
    mode.endsWith('-node') && nodeOf(wanted.name) !== undefined
      ? ['system:nodes']
      : account && wanted.groups.length === 0
        ? serviceAccountGroups(account.namespace)
        : wanted.groups;
  const everyone = wanted.name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  const outside = fixed.includes('system:unauthenticated') && everyone === 'system:authenticated';
  return outside || fixed.includes(everyone)
    ? { ...wanted, groups: fixed }
    : { ...wanted, groups: [...fixed, everyone] };
}
