import type { User } from '../cluster.ts';
import { ApiError } from '../status.ts';
import type { AuthOptions, StaticToken } from './options.ts';
import { issuer } from './service-account-token.ts';
import type { TokenVerdict } from './service-accounts.ts';

export interface Authenticator {
  /** Who sent the request. @throws {ApiError} 401 */
  identify(authorization: string | undefined): User;
  /** What a token is worth to these audiences; none means the API server itself. */
  check(token: string, audiences: readonly string[]): Exclude<TokenVerdict, undefined>;
}

/** Who asks where nobody is asked for a name. */
const anybody: User = {
  name: 'kubernetes-admin',
  uid: '',
  groups: ['system:masters', 'system:authenticated'],
  extra: {},
};

const anonymous: User = { name: 'system:anonymous', uid: '', groups: ['system:unauthenticated'], extra: {} };

export type AccountTokens = (token: string, audiences: readonly string[]) => TokenVerdict;

/** Takes every request as the administrator's; tokens are checked only when a review asks. */
export function openAuthenticator(accounts: AccountTokens): Authenticator {
  return { identify: () => anybody, check: tokenCheck([], accounts) };
}

/** Static tokens, tokens of service accounts and, where it is allowed, no credentials at all. */
export function tokenAuthenticator(options: AuthOptions, accounts: AccountTokens): Authenticator {
  const check = tokenCheck(options.tokens ?? [], accounts);
  return {
    check,
    identify(authorization) {
      const token = bearerToken(authorization);
      if (token === undefined) {
        if (options.anonymous) return anonymous;
        throw unauthorized();
      }
      const verdict = check(token, []);
      if ('error' in verdict) throw unauthorized();
      return verdict.user;
    },
  };
}

function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

/** Other schemes, and a token after two spaces, count as no credentials. */
function bearerToken(authorization: string | undefined): string | undefined {
  const [scheme = '', token = ''] = (authorization ?? '').trim().split(' ');
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}

function tokenCheck(tokens: readonly StaticToken[], accounts: AccountTokens): Authenticator['check'] {
  const users = new Map(tokens.map((each) => [each.token, userOf(each)]));
  return (token, asked) => {
    const audiences = asked.length > 0 ? asked : [issuer];
    const user = users.get(token);
    // A static token is meant for the API server alone.
    if (user && audiences.includes(issuer)) return { user, audiences: [issuer] };
    const verdict = accounts(token, audiences) ?? { error: 'invalid bearer token' };
    return 'error' in verdict ? verdict : { ...verdict, user: authenticated(verdict.user) };
  };
}

function userOf({ user, uid = '', groups = [], extra = {} }: StaticToken): User {
  return authenticated({ name: user, uid, groups, extra });
}

function authenticated(user: User): User {
  return user.groups.includes('system:authenticated')
    ? user
    : { ...user, groups: [...user.groups, 'system:authenticated'] };
}
