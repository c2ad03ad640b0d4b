import { expect, it } from 'vitest';
import { startMetadataServer } from '../../../mocks/index.ts';

it('gives a token and the place of the VM to those who send the header, and to nobody else', async () => {
  const server = await startMetadataServer({ project: 'p1', zone: 'europe-west1-b' });
  try {
    const base = `${server.url}/computeMetadata/v1`;
    const headers = { 'metadata-flavor': 'Google' };
    const token = await fetch(`${base}/instance/service-accounts/default/token`, { headers });
    expect(token.headers.get('metadata-flavor')).toBe('Google');
    expect(await token.json()).toMatchObject({
      access_token: expect.any(String),
      expires_in: 3600,
      token_type: 'Bearer',
    });
    expect(await (await fetch(`${base}/project/project-id`, { headers })).text()).toBe('p1');
    expect(await (await fetch(`${base}/instance/zone`, { headers })).text()).toMatch(/zones\/europe-west1-b$/);
    expect((await fetch(`${base}/project/project-id`)).status).toBe(403);
    expect((await fetch(`${base}/nothing`, { headers })).status).toBe(404);
    const directory = await fetch(`${base}/project`, { headers, redirect: 'manual' });
    expect([directory.status, directory.headers.get('location')]).toEqual([301, '/computeMetadata/v1/project/']);
    expect(await (await fetch(`${base}/project/`, { headers })).text()).toBe('project-id\nnumeric-project-id\n');
    expect(await (await fetch(`${base}/instance/`, { headers })).text()).toContain('service-accounts/\n');
    expect(await (await fetch(`${server.url}/`)).text()).toBe('computeMetadata/\n');
  } finally {
    await server.close();
  }
});
