import { readFileSync } from 'node:fs';
import { GoogleAuth } from 'google-auth-library';
import { PorticoError } from '../../../src/errors.ts';

export interface CredentialOptions {
  /** A service-account key or a workload-identity configuration; null: application default credentials. */
  readonly credentialsFile: string | null;
}

const scopes = ['https://www.googleapis.com/auth/compute'];

/**
 * The `Authorization` header from application default credentials: GOOGLE_APPLICATION_CREDENTIALS, gcloud's own, or the
 * metadata server (a node's service account, GKE workload identity). The library caches tokens and renews them early.
 */
export function googleAuthorization({ credentialsFile }: CredentialOptions): () => Promise<string | undefined> {
  if (credentialsFile !== null) assertReadable(credentialsFile);
  const auth = new GoogleAuth({ scopes, ...(credentialsFile === null ? {} : { keyFilename: credentialsFile }) });
  return async () => {
    try {
      const headers = await auth.getRequestHeaders();
      return headers.get('authorization') ?? undefined;
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new PorticoError(
        'unauthenticated',
        `No Google credentials: ${said} Run "gcloud auth application-default login", set ` +
          'GOOGLE_APPLICATION_CREDENTIALS, or pass --gce-credentials FILE.',
        { cause },
      );
    }
  };
}

/** For plain HTTP, where a token would be readable by anyone on the way: a stand-in for the API needs none. */
export const noAuthorization = (): Promise<undefined> => Promise.resolve(undefined);

function assertReadable(file: string): void {
  try {
    JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new PorticoError('unauthenticated', `${file} is not a readable Google credentials file (JSON).`, {
      object: file,
      cause,
    });
  }
}
