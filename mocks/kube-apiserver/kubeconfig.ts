import { stringify } from 'yaml';

export interface KubeconfigOptions {
  readonly url: string;
  readonly token?: string;
  /** PEM of the authority that the server's certificate comes from. */
  readonly certificateAuthority?: string;
}

/** A kubeconfig with one cluster, one user and one context, all named `portico`. */
export function kubeconfig({ url, token, certificateAuthority }: KubeconfigOptions): string {
  const name = 'portico';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: url,
          // The client library for Node refuses a plain http:// server without it.
          ...(url.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {}),
          ...(certificateAuthority === undefined
            ? {}
            : { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') }),
        },
      },
    ],
    users: [{ name, user: token === undefined ? {} : { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
