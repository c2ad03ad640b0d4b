import type { Clock } from '../../../src/clock.ts';
import type { User } from '../cluster.ts';
import { seededRandom } from '../random.ts';
import type { Store } from '../store/store.ts';
import type { KubeRequest } from '../wire.ts';
import { attributesOf } from './attributes.ts';
import { type Authenticator, openAuthenticator, tokenAuthenticator } from './authenticate.ts';
import { alwaysAllow, type Authorizer, rbacAuthorizer } from './authorizer.ts';
import { notAllowed } from './decision.ts';
import { actingUser } from './impersonation.ts';
import type { AuthOptions } from './options.ts';
import { type TokenSigner, tokenSigner } from './service-account-token.ts';
import { serviceAccountOf } from './service-accounts.ts';

/** Who may do what on one server. */
export interface Auth {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly signer: TokenSigner;
}

export interface AuthPlace {
  readonly store: Store;
  readonly clock: Clock;
  readonly seed: number;
}

/** Without options everybody is the administrator. */
export function createAuth(options: AuthOptions | undefined, { store, clock, seed }: AuthPlace): Auth {
  const signer = tokenSigner(seededRandom(seed));
  const accounts = (token: string, audiences: readonly string[]): ReturnType<typeof serviceAccountOf> =>
    serviceAccountOf(token, audiences, { signer, store, clock });
  return {
    signer,
    authenticator: options ? tokenAuthenticator(options, accounts) : openAuthenticator(accounts),
    authorizer: options && options.authorization !== 'AlwaysAllow' ? rbacAuthorizer(store) : alwaysAllow,
  };
}

/**
 * Who a request acts as, in the order of the real server: authentication, impersonation, authorization; all of it
 * before anything is said about whether the path exists.
 * @throws {ApiError} 401, 400 or 403
 */
export function admit({ authenticator, authorizer }: Auth, { method, path, headers }: KubeRequest): User {
  const url = path.split('?');
  const attributes = attributesOf(method, url[0] ?? '', new URLSearchParams(url.slice(1).join('?')));
  const sender = authenticator.identify(headers['authorization']);
  const user = actingUser(sender, headers, attributes, authorizer);
  const { allowed, reason } = authorizer.authorize(user, attributes);
  if (!allowed) throw notAllowed(user, attributes, reason);
  return user;
}
