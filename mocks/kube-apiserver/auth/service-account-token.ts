import { createPrivateKey, createPublicKey, type JsonWebKey, sign, verify } from 'node:crypto';
import { isObject, type JsonObject } from '../json.ts';

/** What the tokens of service accounts are issued by, and for whom when nobody else is named. */
export const issuer = 'https://kubernetes.default.svc.cluster.local';

/** Signs and reads the tokens of one server: JSON Web Tokens (RFC 7519). */
export interface TokenSigner {
  sign(claims: JsonObject): string;
  /** The claims of a token that this server signed; undefined for anything else. */
  read(token: string): JsonObject | undefined;
  /** The public key as `/openid/v1/jwks` shows it. */
  readonly publicKey: JsonObject;
}

/** Ed25519 in PKCS #8 (RFC 8410), before the 32 bytes of the key. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * EdDSA, unlike the RS256 of the real server: the key follows from the seed and equal claims give equal tokens, so that
 * runs repeat. `random` gives the key.
 */
export function tokenSigner(random: () => number): TokenSigner {
  const seed = Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256)));
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key);
  const { kty = '', crv = '', x = '' }: JsonWebKey = publicKey.export({ format: 'jwk' });
  const kid = x.slice(0, 16);
  const head = encode({ alg: 'EdDSA', kid });
  return {
    sign(claims) {
      const content = `${head}.${encode(claims)}`;
      return `${content}.${sign(null, Buffer.from(content), key).toString('base64url')}`;
    },
    read(token) {
      const [given, claims, signature, ...more] = token.split('.');
      if (given !== head || claims === undefined || signature === undefined || more.length > 0) return undefined;
      const right = verify(null, Buffer.from(`${given}.${claims}`), publicKey, Buffer.from(signature, 'base64url'));
      return right ? decode(claims) : undefined;
    },
    publicKey: { use: 'sig', kty, kid, crv, alg: 'EdDSA', x },
  };
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): JsonObject | undefined {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
  return isObject(value) ? value : undefined;
}
