import type { Clock } from '../../../src/clock.ts';
import type { User } from '../cluster.ts';
import { goList } from '../go-text.ts';
import { at, type JsonObject, listOf, textOf } from '../json.ts';
import { uidOf } from '../metadata.ts';
import type { Store } from '../store/store.ts';
import { issuer, type TokenSigner } from './service-account-token.ts';
import { serviceAccountGroups } from './usernames.ts';

/** Who a token stands for and whom it is meant for, or why it is refused. */
export type TokenVerdict =
  | { readonly user: User; readonly audiences: readonly string[] }
  | { readonly error: string }
  | undefined;

/** Clocks may differ by this much, so that a token lives a minute longer than it says. */
const leewaySeconds = 60;

/** Checks a token of a service account; undefined when it is none of this server. */
export function serviceAccountOf(
  token: string,
  audiences: readonly string[],
  { signer, store, clock }: { readonly signer: TokenSigner; readonly store: Store; readonly clock: Clock },
): TokenVerdict {
  const claims = signer.read(token);
  if (!claims) return undefined;
  const meant = listOf(claims['aud']).map(textOf);
  const common = meant.filter((each) => audiences.includes(each));
  if (common.length === 0) {
    return { error: `token audiences ${goList(meant)} is invalid for the target audiences ${goList(audiences)}` };
  }
  const expires = Number(claims['exp'] ?? 0);
  if (clock.now() / 1000 - leewaySeconds > expires) return { error: 'service account token has expired' };
  const why = missing(claims, store);
  return why === undefined ? { user: userOf(claims), audiences: common } : { error: why };
}

/** Why the account, or the object that the token is bound to, is not what the token says. */
function missing(claims: JsonObject, store: Store): string | undefined {
  const own = at(claims, 'kubernetes.io');
  const namespace = textOf(at(own, 'namespace'));
  const name = textOf(at(own, 'serviceaccount', 'name'));
  const uid = textOf(at(own, 'serviceaccount', 'uid'));
  const account = store.get('/serviceaccounts', `${namespace}/${name}`);
  if (!account) return `service account ${namespace}/${name} has been deleted`;
  if (uidOf(account) !== uid) return `service account UID (${uidOf(account)}) does not match claim (${uid})`;
  for (const [kind, resource, inNamespace] of boundKinds) {
    const bound = at(own, kind);
    // Of a token for a pod the node is only told.
    if (bound === undefined || (kind === 'node' && at(own, 'pod') !== undefined)) continue;
    const boundName = textOf(at(bound, 'name'));
    const found = store.get(resource, inNamespace ? `${namespace}/${boundName}` : boundName);
    if (!found || uidOf(found) !== textOf(at(bound, 'uid'))) return 'service account token has been invalidated';
  }
  return undefined;
}

const boundKinds = [
  ['pod', '/pods', true],
  ['secret', '/secrets', true],
  ['node', '/nodes', false],
] as const;

function userOf(claims: JsonObject): User {
  const own = at(claims, 'kubernetes.io');
  const namespace = textOf(at(own, 'namespace'));
  const about = (kind: string): Readonly<Record<string, readonly string[]>> => {
    const name = textOf(at(own, kind, 'name'));
    const uid = textOf(at(own, kind, 'uid'));
    if (name === '') return {};
    const prefix = `authentication.kubernetes.io/${kind}`;
    return { [`${prefix}-name`]: [name], ...(uid === '' ? {} : { [`${prefix}-uid`]: [uid] }) };
  };
  return {
    name: textOf(claims['sub']),
    uid: textOf(at(own, 'serviceaccount', 'uid')),
    groups: serviceAccountGroups(namespace),
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${textOf(claims['jti'])}`],
      ...about('node'),
      ...about('pod'),
    },
  };
}

export interface TokenOrder {
  readonly namespace: string;
  readonly account: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly issuedMs: number;
  readonly expirationSeconds: number;
  readonly id: string;
  /** Objects that the token dies with, or that it tells of, by `pod`, `secret`, `node`. */
  readonly bound: JsonObject;
}

export function claimsOf(order: TokenOrder): JsonObject {
  const { namespace, account, audiences, issuedMs, expirationSeconds, id, bound } = order;
  const issued = Math.floor(issuedMs / 1000);
  return {
    aud: audiences,
    exp: issued + expirationSeconds,
    iat: issued,
    iss: issuer,
    jti: id,
    'kubernetes.io': { namespace, ...bound, serviceaccount: { ...account } },
    nbf: issued,
    sub: `system:serviceaccount:${namespace}:${account.name}`,
  };
}
