import { readFileSync } from 'node:fs';
import { type AuthClient, ExternalAccountClient, GoogleAuth, JWT, UserRefreshClient } from 'google-auth-library';
import { PorticoError } from '../../../src/errors.ts';
import type { Body } from './calls.ts';
import { text } from './fields.ts';

export interface CredentialOptions {
  /** A service-account key or a workload-identity configuration; null: application default credentials. */
  readonly credentialsFile: string | null;
}

const scopes = ['https://www.googleapis.com/auth/compute'];

/**
 * The `Authorization` header from application default credentials: GOOGLE_APPLICATION_CREDENTIALS, gcloud's own, or the
 * metadata server (a node's service account, GKE workload identity); or from a file. The library caches tokens and
 * renews them early.
 */
export function googleAuthorization({ credentialsFile }: CredentialOptions): () => Promise<string | undefined> {
  const source = credentialsFile === null ? new GoogleAuth({ scopes }) : clientFrom(credentialsFile);
  return async () => {
    try {
      const headers = await source.getRequestHeaders();
      return headers.get('authorization') ?? undefined;
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new PorticoError(
        'unauthenticated',
        `No Google credentials: ${said} Run "gcloud auth application-default login", set ` +
          'GOOGLE_APPLICATION_CREDENTIALS, or give a file with credentials.',
        { cause },
      );
    }
  };
}

/** For plain HTTP, where a token would be readable by anyone on the way: a stand-in for the API needs none. */
export const noAuthorization = (): Promise<undefined> => Promise.resolve(undefined);

/** Only kinds of credentials that are known are taken: the others could send a request anywhere. */
function clientFrom(file: string): AuthClient {
  const credentials = readCredentials(file);
  const type = text(credentials, 'type');
  if (type === 'service_account') {
    return new JWT({
      email: text(credentials, 'client_email') ?? '',
      key: text(credentials, 'private_key') ?? '',
      scopes,
    });
  }
  if (type === 'authorized_user') {
    const client = new UserRefreshClient();
    client.fromJSON(credentials);
    return client;
  }
  const external =
    type === 'external_account' ? ExternalAccountClient.fromJSON(credentials as unknown as ExternalOptions) : null;
  if (external) {
    external.scopes = scopes;
    return external;
  }
  throw new PorticoError(
    'unauthenticated',
    `${file} must hold a service account, a workload identity (external_account) or a user's credentials; its type is ${JSON.stringify(type)}.`,
    { object: file },
  );
}

type ExternalOptions = Parameters<typeof ExternalAccountClient.fromJSON>[0];

function readCredentials(file: string): Body {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null) return parsed as Body;
    throw new TypeError('It holds no object.');
  } catch (cause) {
    throw new PorticoError('unauthenticated', `${file} is not a readable Google credentials file (JSON).`, {
      object: file,
      cause,
    });
  }
}
