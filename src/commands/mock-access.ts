import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type KubeApiServerOptions, parseTokenFile, type StaticToken } from '../../mocks/index.ts';
import { PorticoError } from '../errors.ts';

/** Flags of the stand-in named as those of the real API server. */
export interface AccessFlags {
  readonly tls?: true;
  readonly authorizationMode?: 'AlwaysAllow' | 'RBAC';
  readonly tokenAuthFile?: string;
  readonly anonymousAuth?: true;
}

/**
 * Who may use the API server: everybody, until one of the flags about it is given. Then the kubeconfig carries an
 * administrator's token, over TLS, because kubectl sends none without.
 */
export async function kubeAccess(flags: AccessFlags): Promise<Pick<KubeApiServerOptions, 'tls' | 'auth'>> {
  const { tls, authorizationMode, tokenAuthFile, anonymousAuth } = flags;
  if (authorizationMode === undefined && tokenAuthFile === undefined && !anonymousAuth) return tls ? { tls } : {};
  const given = tokenAuthFile === undefined ? [] : await readTokens(tokenAuthFile);
  const admin = {
    token: randomBytes(24).toString('base64url'),
    user: 'kubernetes-admin',
    groups: ['system:masters'],
  };
  return {
    tls: true,
    auth: {
      tokens: [admin, ...given],
      anonymous: anonymousAuth ?? false,
      authorization: authorizationMode ?? 'RBAC',
    },
  };
}

async function readTokens(file: string): Promise<readonly StaticToken[]> {
  try {
    return parseTokenFile(await readFile(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PorticoError(
      'invalid',
      `The token file ${file} cannot be used: ${why} It holds lines of token,user,uid,"group1,group2".`,
      { object: file, cause },
    );
  }
}
