import { issuer } from '../auth/service-account-token.ts';
import type { Cluster } from '../cluster.ts';
import type { JsonObject } from '../json.ts';
import type { KubeAnswer, KubeRequest } from '../wire.ts';
import { notFoundText } from './not-found.ts';

/**
 * Who signs the tokens of service accounts, and with which key, for programs that check them by themselves.
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery
 */
export function issuerDiscovery({ auth }: Cluster, request: KubeRequest, path: string): KubeAnswer {
  switch (path) {
    case '/.well-known/openid-configuration':
      return document('application/json', {
        issuer,
        jwks_uri: `https://${request.headers['host'] ?? 'kubernetes.default.svc'}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['EdDSA'],
      });
    case '/openid/v1/jwks':
      return document('application/jwk-set+json', { keys: [auth.signer.publicKey] });
    default:
      return notFoundText();
  }
}

function document(contentType: string, body: JsonObject): KubeAnswer {
  return {
    status: 200,
    headers: { 'Cache-Control': 'public, max-age=3600', 'Content-Type': contentType },
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}
