import { describe, expect, it } from 'vitest';
import { startGceCompute } from '../../../mocks/index.ts';
import { messageOf, outcomeOf, testCloud } from './cloud-client.ts';
import { loadBalancer, region, zone } from './load-balancer.ts';

describe('paths', () => {
  it.each(['/compute/v1/projects/p/nonsense', '/compute/v2/projects/p/zones', '/', '/compute/v1/<b>'])(
    'GET %s is answered by a page, not by JSON',
    async (path) => {
      const { status, headers, text } = await testCloud().call('GET', path);
      expect([status, headers['content-type']]).toEqual([404, 'text/html; charset=UTF-8']);
      expect(text).not.toContain('<b>/');
    },
  );

  it.each(['HEAD', 'PUT'])('%s where only GET is known: no such page', async (method) => {
    expect((await testCloud().call(method, 'zones')).status).toBe(404);
  });

  it.each(['beta', 'alpha'])('%s has the resources of v1, under links of its own', async (version) => {
    const { call } = await loadBalancer();
    const root = `/compute/${version}/projects/p`;
    const rule = (await call('GET', `${root}/${region}/forwardingRules/r1`)).body;
    expect(rule['selfLink']).toBe(`https://www.googleapis.com${root}/${region}/forwardingRules/r1`);
    expect(rule['backendService']).toContain(`/compute/${version}/projects/`);
    // Links of any version and host name the same thing.
    const pool = { name: 'pool', instances: [`https://compute.googleapis.com${root}/${zone}/instances/vm`] };
    expect(outcomeOf(await call('POST', `${root}/${region}/targetPools`, pool))).toBe('200');
    expect((await call('GET', `${region}/targetPools/pool`)).body['instances']).toEqual([
      `https://www.googleapis.com/compute/v1/projects/p/${zone}/instances/vm`,
    ]);
  });
});

describe('fields', () => {
  it.each<readonly [string, object]>([
    ['name', { name: 'b1' }],
    ['name,protocol', { name: 'b1', protocol: 'TCP' }],
    ['backends/balancingMode', { backends: [{ balancingMode: 'CONNECTION' }] }],
    ['name,backends(balancingMode)', { name: 'b1', backends: [{ balancingMode: 'CONNECTION' }] }],
    ['connectionDraining/*', { connectionDraining: { drainingTimeoutSec: 0 } }],
    ['connectionDraining/drainingTimeoutSec,name', { connectionDraining: { drainingTimeoutSec: 0 }, name: 'b1' }],
    ['nothing', {}],
  ])('%s', async (fields, expected) => {
    const { call } = await loadBalancer();
    const path = `${region}/backendServices/b1?${new URLSearchParams({ fields }).toString()}`;
    expect((await call('GET', path)).body).toEqual(expected);
  });

  it('cut lists, aggregated lists and operations too', async () => {
    const { call } = await loadBalancer();
    const get = async (path: string) => (await call('GET', path)).body;
    expect(await get(`${region}/addresses?fields=items(name),nextPageToken&alt=json`)).toEqual({
      items: [{ name: 'a1' }],
    });
    expect(await get('aggregated/addresses?fields=items/*/addresses/name')).toMatchObject({
      items: { [region]: { addresses: [{ name: 'a1' }] } },
    });
    const insert = await call('POST', `${region}/addresses?fields=status&prettyPrint=false`, { name: 'a2' });
    expect(insert.body).toEqual({ status: 'DONE' });
  });

  it.each(['(', 'name(', 'name)', 'a//b', ',', 'name,'])('%s is refused before any work is done', async (fields) => {
    const { call } = testCloud();
    const path = `${region}/addresses?${new URLSearchParams({ fields }).toString()}`;
    expect(outcomeOf(await call('POST', path, { name: 'a' }))).toBe('400 invalidParameter');
    expect((await call('GET', `${region}/addresses`)).body).not.toHaveProperty('items');
  });
});

describe('over HTTP', () => {
  const withServer = async (options: object, body: (url: string) => Promise<void>) => {
    const server = await startGceCompute({ project: 'p', ...options });
    try {
      await body(`${server.url}/compute/v1/projects/p`);
    } finally {
      await server.close();
    }
  };

  it('calls need one of the tokens, if there are any', () =>
    withServer({ tokens: ['good'] }, async (url) => {
      const ask = async (headers: Record<string, string>) => {
        const response = await fetch(`${url}/zones`, { headers });
        return [response.status, response.headers.get('www-authenticate'), await response.json()] as const;
      };
      const bearer = 'Bearer realm="https://accounts.google.com/"';
      const refused = (reason: string) => ({
        error: { code: 401, status: 'UNAUTHENTICATED', errors: [{ reason, location: 'Authorization' }] },
      });
      expect(await ask({})).toMatchObject([401, bearer, refused('required')]);
      expect(await ask({ authorization: 'Bearer bad' })).toMatchObject([401, bearer, refused('authError')]);
      expect(await ask({ authorization: 'Bearer good' })).toMatchObject([200, null, { kind: 'compute#zoneList' }]);
      const inner = 'Content-Type: application/http\r\n\r\nGET /compute/v1/projects/p/zones HTTP/1.1\r\n\r\n';
      const batch = await fetch(url.replace('/compute/v1/projects/p', '/batch/compute/v1'), {
        method: 'POST',
        headers: { 'content-type': 'multipart/mixed; boundary=x', authorization: 'Bearer good' },
        body: `--x\r\n${inner}\r\n--x--\r\n`,
      });
      expect(await batch.text()).toContain('HTTP/1.1 200 OK');
    }));

  it.each<readonly [string, RequestInit, number, RegExp]>([
    ['malformed JSON', { method: 'POST', body: '{"name":' }, 400, /Invalid JSON payload received/],
    ['no body', { method: 'POST' }, 400, /Required field 'resource' not specified/],
    ['a list', { method: 'POST', body: '[]' }, 400, /Invalid JSON payload received/],
    ['bytes that are no text', { method: 'POST', body: new Uint8Array([255, 254, 0]) }, 400, /Invalid JSON payload/],
    ['eleven megabytes', { method: 'POST', body: ' '.repeat(11 * 1024 * 1024) }, 413, /too large/],
    ['HEAD', { method: 'HEAD' }, 404, /^$/],
  ])('%s', (_what, init, status, text) =>
    withServer({}, async (url) => {
      const response = await fetch(`${url}/${region}/addresses`, init);
      expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(text)]);
      expect(await (await fetch(`${url}/${region}/addresses`)).json()).not.toHaveProperty('items');
    }),
  );
});

describe('quotas of operations', () => {
  it('end the operation with QUOTA_EXCEEDED, and nothing is made', async () => {
    const { call } = testCloud({ quotas: { limits: { STATIC_ADDRESSES: 0 }, refusal: 'operation' } });
    const started = await call('POST', `${region}/addresses`, { name: 'a' });
    expect(outcomeOf(started)).toBe('200');
    const done = await call('POST', `${region}/operations/${String(started.body['name'])}/wait`);
    expect(done.body).toMatchObject({
      status: 'DONE',
      httpErrorStatusCode: 403,
      targetLink: expect.stringMatching(/addresses\/a$/),
      error: {
        errors: [
          {
            code: 'QUOTA_EXCEEDED',
            message: "Quota 'STATIC_ADDRESSES' exceeded.  Limit: 0.0 in region us-central1.",
            errorDetails: [{ quotaInfo: { limit: 0, dimensions: { region: 'us-central1' } } }],
          },
        ],
      },
    });
    const missing = await call('GET', `${region}/addresses/a`);
    expect([outcomeOf(missing), messageOf(missing)]).toEqual([
      '404 notFound',
      expect.stringContaining('was not found'),
    ]);
  });
});
