import { ApiError } from './api-error.ts';

const hint =
  'Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';

/** Refuses calls without one of these bearer tokens. Without a list, anybody may call. */
export function checkCredentials(tokens: readonly string[] | undefined, authorization: string | undefined): void {
  if (tokens === undefined) return;
  const [, token] = /^Bearer\s+(\S+)$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) {
    throw new ApiError(401, 'required', `Request is missing required authentication credential. ${hint}`);
  }
  if (!tokens.includes(token)) {
    throw new ApiError(401, 'authError', `Request had invalid authentication credentials. ${hint}`);
  }
}
