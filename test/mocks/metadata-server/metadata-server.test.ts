import { GoogleAuth } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type MetadataServer, startGceCompute, startMetadataServer } from '../../../mocks/index.ts';

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
    expect(await (await fetch(`${base}/project/`, { headers })).text()).toMatch(/^(.+\n)*project-id\n/);
    expect(await (await fetch(`${base}/instance/`, { headers })).text()).toContain('service-accounts/\n');
    expect(await (await fetch(`${server.url}/`)).text()).toBe('computeMetadata/\n');
  } finally {
    await server.close();
  }
});

describe('what is asked for', () => {
  const email = '123456789012-compute@developer.gserviceaccount.com';
  const headers = { 'metadata-flavor': 'Google' };
  let server: MetadataServer;
  beforeAll(async () => {
    server = await startMetadataServer({ project: 'p1', tags: ['node'], attributes: { 'cluster-name': 'kubia' } });
  });
  afterAll(() => server.close());
  const ask = async (path: string, more: RequestInit = {}) => {
    const response = await fetch(`${server.url}/computeMetadata/v1/${path}`, { headers, redirect: 'manual', ...more });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it.each<readonly [string, number, string | RegExp]>([
    ['project/', 200, 'attributes/\nnumeric-project-id\nproject-id\n'],
    ['', 200, 'instance/\nproject/\nuniverse/\n'],
    ['instance/service-accounts/', 200, `default/\n${email}/\n`],
    ['instance/service-accounts/default/email', 200, email],
    ['instance/service-accounts/default/scopes', 200, 'https://www.googleapis.com/auth/cloud-platform\n'],
    ['instance/network-interfaces/', 200, '0/\n'],
    ['instance/network-interfaces/0/network', 200, /\/networks\/default$/],
    ['instance/tags', 200, '["node"]'],
    ['instance/attributes/cluster-name', 200, 'kubia'],
    ['instance/attributes/none', 404, /404/],
    ['project', 301, ''],
    ['project/project-id?alt=json', 200, '"p1"'],
    ['project/?recursive=true', 200, '{"attributes":{},"numericProjectId":123456789012,"projectId":"p1"}'],
    ['project/?recursive=true&alt=text', 200, 'numeric-project-id 123456789012\nproject-id p1\n'],
    ['universe/universe-domain', 200, 'googleapis.com'],
    ['instance/service-accounts/other/token', 404, /404/],
  ])('%s: %i', async (path, status, text) => {
    const answer = await ask(path);
    expect([answer.status, answer.text]).toEqual([
      status,
      typeof text === 'string' ? text : expect.stringMatching(text),
    ]);
    expect(answer.headers.get('metadata-flavor')).toBe('Google');
  });

  it.each<readonly [string, Record<string, string>, number]>([
    ['no header', {}, 403],
    ['the older header', { 'x-google-metadata-request': 'True' }, 200],
    ['a wrong flavor', { 'metadata-flavor': 'Vanilla' }, 403],
    ['a proxy between', { ...headers, 'x-forwarded-for': '10.0.0.1' }, 403],
  ])('%s', async (_what, sent, status) => {
    expect((await ask('project/project-id', { headers: sent })).status).toBe(status);
  });

  it('waits for a change', async () => {
    const path = 'instance/attributes/colour';
    server.setAttribute('colour', 'red');
    const { headers: seen } = await ask(path);
    const known = `wait_for_change=true&last_etag=${seen.get('etag') ?? ''}`;
    expect((await ask(`${path}?${known}&timeout_sec=0`)).text).toBe('red');
    expect((await ask(`${path}?wait_for_change=true&last_etag=0`)).text).toBe('red');
    const waiting = ask(`${path}?${known}`);
    server.setAttribute('other', 'x');
    server.setAttribute('colour', 'green');
    expect((await waiting).text).toBe('green');
  });

  it("is understood by Google's library, whose token the Compute API takes", async () => {
    const mock = await startGceCompute({ project: 'p1', tokens: ['portico-token'] });
    vi.stubEnv('GCE_METADATA_HOST', server.authority);
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '');
    vi.stubEnv('CLOUDSDK_CONFIG', '/nonexistent');
    try {
      const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
      expect(await auth.getProjectId()).toBe('p1');
      expect((await auth.getCredentials()).client_email).toBe(email);
      const answer = await auth.request({ url: `${mock.url}/compute/v1/projects/p1/zones` });
      expect(answer.data).toMatchObject({ kind: 'compute#zoneList' });
    } finally {
      vi.unstubAllEnvs();
      await mock.close();
    }
  });
});
