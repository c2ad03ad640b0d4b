import { describe, expect, it, test } from 'vitest';
import { createKubeApi } from '../../../../mocks/index.ts';
import { readFields } from '../../../../mocks/kube-apiserver/protobuf/wire.ts';
import { virtualClock } from '../../../virtual-clock.ts';
import { ask, textOfAnswer } from '../ask.ts';

const create = (): ReturnType<typeof createKubeApi> => createKubeApi({ clock: virtualClock(), seed: 1 });

describe('health', () => {
  test.each([
    ['/livez', 200, 'ok'],
    ['/livez/etcd', 200, 'ok'],
    ['/readyz/etcd', 404, '404 page not found\n'],
    ['/readyz/shutdown', 200, 'ok'],
    ['/healthz/poststarthook/rbac/bootstrap-roles', 200, 'ok'],
    ['/healthz/poststarthook', 404, '404 page not found\n'],
    ['/readyz?exclude=nope', 200, 'ok'],
  ])('%s: %d', async (path, status, body) => {
    const answer = await ask(create(), 'GET', path);
    expect([answer.status, textOfAnswer(answer)]).toEqual([status, body]);
  });

  it('tells each check, the excluded ones, and what cannot be excluded', async () => {
    const text = textOfAnswer(await ask(create(), 'GET', '/livez?verbose&exclude=etcd&exclude=nope&exclude=no'));
    expect(text).toContain('[+]etcd excluded: ok\n[+]poststarthook/start-apiserver-admission-initializer ok\n');
    expect(text).toMatch(
      /warn: some health checks cannot be excluded: no matches for "nope", "no"\nlivez check passed\n$/,
    );
  });
});

describe('OpenAPI documents', () => {
  test.each(['/api', '/openapi/v2', '/openapi/v3/api/v1', '/openapi/v3/apis/apps/v1'])(
    '%s is not sent again to who has it',
    async (path) => {
      const api = create();
      const accept =
        path === '/api' ? 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' : 'application/json';
      const first = await ask(api, 'GET', path, undefined, { headers: { accept } });
      const etag = String(first.headers['ETag']);
      const again = await ask(api, 'GET', path, undefined, { headers: { accept, 'if-none-match': etag } });
      const other = await ask(api, 'GET', path, undefined, { headers: { accept, 'if-none-match': '"OLD"' } });
      expect([first.status, again.status, other.status]).toEqual([200, 304, 200]);
      expect(again.body).toBeUndefined();
    },
  );

  it('tells by date whether the index is newer', async () => {
    const api = create();
    const first = await ask(api, 'GET', '/openapi/v3');
    const modified = String(first.headers['Last-Modified']);
    const since = (date: string): Promise<number> =>
      ask(api, 'GET', '/openapi/v3', undefined, { headers: { 'if-modified-since': date } }).then(
        ({ status }) => status,
      );
    expect(await since(modified)).toBe(304);
    expect(await since(new Date(Date.parse(modified) - 1000).toUTCString())).toBe(200);
    expect(await since('nonsense')).toBe(200);
  });

  it('refers only to what it defines, in both versions', async () => {
    const api = create();
    const index = JSON.parse(textOfAnswer(await ask(api, 'GET', '/openapi/v3'))) as { readonly paths: object };
    const texts = [textOfAnswer(await ask(api, 'GET', '/openapi/v2'))];
    for (const path of Object.keys(index.paths)) texts.push(textOfAnswer(await ask(api, 'GET', `/openapi/v3/${path}`)));
    for (const text of texts) {
      const { definitions, components } = JSON.parse(text) as {
        readonly definitions?: object;
        readonly components?: { readonly schemas: object };
      };
      const defined = new Set(Object.keys(definitions ?? components?.schemas ?? {}));
      const referred = [...text.matchAll(/"\$ref":"#\/(?:definitions|components\/schemas)\/([^"]+)"/g)].map(
        ([, name]) => name ?? '',
      );
      expect(referred.filter((name) => !defined.has(name))).toEqual([]);
    }
    expect(texts[0]).not.toMatch(/"oneOf"|components\/schemas/);
  });

  test.each(['@', '.'])('version 2 comes in protobuf too (v2%sv1.0)', async (separator) => {
    const api = create();
    const accept = `application/com.github.proto-openapi.spec.v2${separator}v1.0+protobuf,application/json`;
    const first = await ask(api, 'GET', '/openapi/v2', undefined, { headers: { accept } });
    expect(first.headers['Content-Type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    if (!(first.body instanceof Uint8Array)) throw new Error('There is no document.');
    const fields = [...readFields(first.body)];
    expect(fields.map(({ number }) => number)).toEqual([1, 2, 8, 9]);
    const definitions = fields.find(({ number }) => number === 9);
    if (definitions?.type !== 'bytes') throw new Error('There are no definitions.');
    const json = JSON.parse(textOfAnswer(await ask(api, 'GET', '/openapi/v2'))) as { readonly definitions: object };
    expect([...readFields(definitions.value)]).toHaveLength(Object.keys(json.definitions).length);
    const headers = { accept, 'if-none-match': String(first.headers['ETag']) };
    expect((await ask(api, 'GET', '/openapi/v2', undefined, { headers })).status).toBe(304);
  });

  test.each(['application/yaml', 'text/html'])('%s is refused', async (accept) => {
    const answer = await ask(create(), 'GET', '/openapi/v2', undefined, { headers: { accept } });
    expect(answer.status).toBe(406);
  });
});

describe('every path that discovery lists', () => {
  it('is there', async () => {
    const api = create();
    const { paths } = JSON.parse(textOfAnswer(await ask(api, 'GET', '/'))) as { readonly paths: readonly string[] };
    const statuses = await Promise.all(paths.map(async (path) => [path, (await ask(api, 'GET', path)).status]));
    expect(statuses.filter(([, status]) => status !== 200)).toEqual([]);
  });
});

describe('JSON', () => {
  test.each([
    ['/api/v1/namespaces/default?pretty=true', {}, true],
    ['/api/v1/namespaces/default?pretty=0', { 'user-agent': 'curl/8.5.0' }, false],
    ['/api/v1/namespaces/default', { 'user-agent': 'curl/8.5.0' }, true],
    ['/api/v1/namespaces/nope', { 'user-agent': 'Wget/1.21' }, true],
    ['/version', { 'user-agent': 'Mozilla/5.0 (X11)' }, true],
    ['/api/v1/namespaces/default', { 'user-agent': 'kubectl/v1.36.4' }, false],
  ])('%s to %j is indented: %s', async (path, headers, indented) => {
    const text = textOfAnswer(await ask(create(), 'GET', path, undefined, { headers }));
    expect(text.startsWith(indented ? '{\n  "' : '{"')).toBe(true);
    expect(text.endsWith('\n')).toBe(!indented);
  });
});

describe('paths that are none', () => {
  test.each(['//', '//api/v1/namespaces', '/apis/apps/v1/a/b/c/d/e', '/api/v1//pods', '/version/x', '/nope'])(
    '%s is 404',
    async (path) => {
      expect((await ask(create(), 'GET', path)).status).toBe(404);
    },
  );
});
