import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubeAccess } from '../../src/commands/mock-access.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portico-access-'));
  await writeFile(join(folder, 'good'), 'abc,jane,7,"a,b"\n');
  await writeFile(join(folder, 'bad'), 'abc\n');
});
afterAll(() => rm(folder, { recursive: true }));

describe('flags of portico mock kube', () => {
  test('without them everybody may do everything; --tls alone changes only the way', async () => {
    expect(await kubeAccess({})).toEqual({});
    expect(await kubeAccess({ tls: true })).toEqual({ tls: true });
  });

  test.each([
    [{ authorizationMode: 'RBAC' as const }, { authorization: 'RBAC', anonymous: false }],
    [{ authorizationMode: 'AlwaysAllow' as const }, { authorization: 'AlwaysAllow', anonymous: false }],
    [{ anonymousAuth: true as const }, { authorization: 'RBAC', anonymous: true }],
  ])('%j closes the server, and lets in the administrator of the kubeconfig', async (flags, expected) => {
    const { tls, auth } = await kubeAccess(flags);
    expect(tls).toBe(true);
    expect(auth).toMatchObject(expected);
    expect(auth?.tokens?.map(({ groups }) => groups)).toEqual([['system:masters']]);
  });

  test('tokens of a file come after the administrator’s, which is never the same', async () => {
    const tokens = async (): Promise<readonly { readonly token: string; readonly user: string }[]> =>
      (await kubeAccess({ tokenAuthFile: join(folder, 'good') })).auth?.tokens ?? [];
    const [first, second] = [await tokens(), await tokens()];
    expect(first[1]).toEqual({ token: 'abc', user: 'jane', uid: '7', groups: ['a', 'b'] });
    expect(first[0]?.token).not.toBe(second[0]?.token);
  });

  test.each(['bad', 'missing'])('a %s token file is told by its name', async (name) => {
    await expect(kubeAccess({ tokenAuthFile: join(folder, name) })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(join(folder, name)) as string,
    });
  });
});
