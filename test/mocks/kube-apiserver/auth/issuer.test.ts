import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { ask, textOfAnswer } from '../ask.ts';
import { authCluster } from './cluster.ts';

test('whoever has the published key can check a token by himself', async () => {
  const cluster = authCluster();
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await cluster.make(accounts, { metadata: { name: 'robot' } });
  const { body } = await cluster.call('root', 'POST', `${accounts}/robot/token`, { spec: {} });
  const [head = '', claims = '', signature = ''] = (body.status?.token ?? '').split('.');
  const read = async (path: string): Promise<unknown> =>
    JSON.parse(
      textOfAnswer(await ask(cluster.api, 'GET', path, undefined, { headers: { authorization: 'Bearer root' } })),
    );
  const { keys } = (await read('/openid/v1/jwks')) as {
    readonly keys: readonly (JsonWebKey & { readonly kid: string })[];
  };
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { readonly kid: string };
  const key = keys.find((each) => each.kid === kid);
  expect(key).toBeDefined();
  const publicKey = createPublicKey({ key: key ?? {}, format: 'jwk' });
  expect(verify(null, Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  const { issuer } = (await read('/.well-known/openid-configuration')) as { readonly issuer: string };
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    iss: issuer,
    aud: [issuer],
    sub: 'system:serviceaccount:default:robot',
  });
});
