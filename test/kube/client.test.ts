import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kubeconfig } from '../../mocks/kube-apiserver/kubeconfig.ts';
import { startKubeApiServer } from '../../mocks/kube-apiserver/server.ts';
import { PorticoError } from '../../src/errors.ts';
import { kubeClient } from '../../src/kube/client.ts';
import { failureOf } from '../../src/kube/failure.ts';
import { type KubeRequest, type KubeTransport, textOf } from '../../src/kube/transport.ts';
import { virtualClock } from '../virtual-clock.ts';
import { type Certificate, selfSigned } from './certificate.ts';

let folder: string;
let closers: (() => Promise<void> | void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-'));
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
  rmSync(folder, { recursive: true });
});

/** A server that answers as it is told; the URL it is at. */
async function serve(answer: RequestListener, tls?: Certificate): Promise<string> {
  const server = tls ? createTls(tls, answer) : createPlain(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function connect(config: string): KubeTransport {
  const path = join(folder, 'config');
  writeFileSync(path, config);
  const client = kubeClient({ kubeconfig: path, clock: virtualClock(), userAgent: 'portico-test' });
  closers.push(() => client.close());
  return client;
}

const get = (more: Partial<KubeRequest> = {}): KubeRequest => ({
  method: 'GET',
  path: '/api/v1/services',
  query: {},
  body: null,
  contentType: null,
  signal: new AbortController().signal,
  ...more,
});

async function refusal(run: Promise<unknown>): Promise<PorticoError> {
  const error: unknown = await run.then(
    () => 'It was answered.',
    (thrown: unknown) => thrown,
  );
  if (error instanceof PorticoError) return error;
  throw new Error(String(error));
}

const status =
  (code: number, reason: string, message: string): RequestListener =>
  (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json', 'retry-after': '7' });
    response.end(JSON.stringify({ kind: 'Status', code, reason, message }));
  };

it('speaks with an API server: create, list, watch', async () => {
  const server = await startKubeApiServer({ seed: 1 });
  closers.push(() => server.close());
  const client = connect(server.kubeconfig());
  const stop = new AbortController();
  const watch = await client.request(get({ query: { watch: 'true', resourceVersion: '0' }, signal: stop.signal }));
  expect(watch.status).toBe(200);
  const path = '/api/v1/namespaces/default/services';
  const body = JSON.stringify({ metadata: { name: 'wéb' }, spec: { ports: [{ port: 80 }] } });
  const bad = await client.request(get({ method: 'POST', path, body, contentType: 'application/json' }));
  expect(bad.status).toBe(422);
  expect((await failureOf(bad, 'create a Service')).code).toBe('invalid');
  const good = body.replace('é', 'e');
  const made = await client.request(get({ method: 'POST', path, body: good, contentType: 'application/json' }));
  expect(made.status).toBe(201);
  await textOf(made);
  const list = JSON.parse(
    await textOf(await client.request(get({ path, query: { fieldSelector: 'metadata.name=web' } }))),
  );
  expect(list).toMatchObject({ kind: 'ServiceList', items: [{ metadata: { name: 'web' } }] });

  let seen = '';
  const reading = (async () => {
    for await (const chunk of watch.body) {
      seen += new TextDecoder().decode(chunk);
      if (seen.includes('"web"')) stop.abort(new PorticoError('aborted', 'enough'));
    }
  })();
  expect(await refusal(reading)).toMatchObject({ code: 'aborted', message: 'enough' });
});

describe('an API server that cannot be reached', () => {
  const expectComplete = (error: PorticoError, server: string, why: RegExp): void => {
    expect(error.code).toBe('unreachable');
    expect(error.message).toContain(`The API server at ${server} (from the kubeconfig ${join(folder, 'config')})`);
    expect(error.message).toMatch(why);
    expect(error.message).toContain('Check that it runs');
  };

  it('because nothing listens', async () => {
    const url = await serve(() => undefined);
    await closers.pop()?.();
    expectComplete(await refusal(connect(kubeconfig({ url })).request(get())), url, /ECONNREFUSED/);
  });

  it('because it hangs up before the answer', async () => {
    const url = await serve((request) => request.socket.destroy());
    expectComplete(await refusal(connect(kubeconfig({ url })).request(get())), url, /cannot be reached: ./);
  });

  it('any more, in the middle of the answer', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const answer = await connect(kubeconfig({ url })).request(get());
    expectComplete(await refusal(textOf(answer)), url, /cannot be reached: ./);
  });

  it('because its certificate comes from an authority nobody named', async () => {
    const url = await serve((_request, response) => response.end('{}'), selfSigned());
    expectComplete(await refusal(connect(kubeconfig({ url, token: 't' })).request(get())), url, /certificate/);
  });

  it('because its certificate comes from another authority', async () => {
    const url = await serve((_request, response) => response.end('{}'), selfSigned());
    const config = kubeconfig({ url, token: 't', certificateAuthority: selfSigned().cert });
    expectComplete(await refusal(connect(config).request(get())), url, /certificate|signature/);
  });
});

it('goes over TLS to an authority it knows, with its token, name and path', async () => {
  const identity = selfSigned();
  const asked: unknown[] = [];
  const url = await serve(({ method, url: path, headers }, response) => {
    asked.push([method, path, headers.authorization, headers['user-agent']]);
    response.end('{}');
  }, identity);
  const client = connect(kubeconfig({ url, token: 'secret', certificateAuthority: identity.cert }));
  expect(await textOf(await client.request(get({ query: { labelSelector: 'a=b,c' } })))).toBe('{}');
  expect(asked).toEqual([['GET', '/api/v1/services?labelSelector=a%3Db%2Cc', 'Bearer secret', 'portico-test']]);
});

it('sends no token over plain HTTP', async () => {
  const asked: unknown[] = [];
  const url = await serve(({ headers }, response) => {
    asked.push(headers.authorization);
    response.end();
  });
  await textOf(await connect(kubeconfig({ url, token: 'secret' })).request(get()));
  expect(asked).toEqual([undefined]);
});

describe('a refusal', () => {
  it.each([
    [401, 'Unauthorized', 'unauthenticated', 'check the user of the kubeconfig'],
    [403, 'Forbidden', 'denied', 'grant it get, list and watch on services and nodes'],
    [429, 'TooManyRequests', 'throttled', ''],
    [503, 'ServiceUnavailable', 'transient', ''],
  ])('with %i is an answer, and says what to do', async (http, reason, code, remedy) => {
    const client = connect(kubeconfig({ url: await serve(status(http, reason, `no, ${reason}`)) }));
    const answer = await client.request(get());
    expect(answer.status).toBe(http);
    const error = await failureOf(answer, 'list services');
    expect(error.code).toBe(code);
    expect(error.retryAfterMs).toBe(7000);
    expect(error.message).toContain(`refused to list services (HTTP ${http}: no, ${reason})`);
    expect(error.message).toContain(remedy);
  });

  it('that is no Status is quoted, cut short', async () => {
    const page = `<html>${'x'.repeat(5000)}</html>`;
    const url = await serve((_request, response) => {
      response.statusCode = 502;
      response.end(page);
    });
    const error = await failureOf(await connect(kubeconfig({ url })).request(get()), 'list nodes');
    expect(error.code).toBe('transient');
    expect(error.message).toContain('<html>xxx');
    expect(error.message.length).toBeLessThan(400);
  });

  it('with 401 has the next request read the token again', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'old');
    const identity = selfSigned();
    const url = await serve((request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer new' ? 200 : 401;
      response.end('{}');
    }, identity);
    const config = JSON.stringify({
      clusters: [{ name: 'k', cluster: { server: url, 'certificate-authority-data': btoa(identity.cert) } }],
      users: [{ name: 'u', user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } } }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      'current-context': 'c',
    });
    const client = connect(config);
    const ask = async (): Promise<number> => {
      const answer = await client.request(get());
      await textOf(answer);
      return answer.status;
    };
    expect(await ask()).toBe(401);
    writeFileSync(tokenFile, 'new');
    expect([await ask(), await ask()]).toEqual([200, 200]);
  });
});

describe('an abort', () => {
  const reason = new PorticoError('aborted', 'over');

  it.each([undefined, 'enough', new Error('enough')])('for a reason that is not ours, %s, is aborted', async (why) => {
    const stop = new AbortController();
    const url = await serve((_request, response) => {
      response.write('half');
    });
    const client = connect(kubeconfig({ url }));
    const answer = await client.request(get({ signal: stop.signal }));
    const body = answer.body[Symbol.asyncIterator]();
    await body.next();
    stop.abort(why);
    expect(await refusal(body.next())).toMatchObject({ code: 'aborted' });
    expect(await refusal(client.request(get({ signal: stop.signal })))).toMatchObject({ code: 'aborted' });
  });

  it('before the request sends nothing', async () => {
    let asked = 0;
    const client = connect(
      kubeconfig({
        url: await serve((_request, response) => {
          asked += 1;
          response.end();
        }),
      }),
    );
    expect(await refusal(client.request(get({ signal: AbortSignal.abort(reason) })))).toBe(reason);
    await textOf(await client.request(get()));
    expect(asked).toBe(1);
  });

  it('before the answer ends the request on both sides', async () => {
    const stop = new AbortController();
    const hungUp = Promise.withResolvers<void>();
    const url = await serve((request) => {
      request.socket.on('close', () => hungUp.resolve());
      stop.abort(reason);
    });
    expect(await refusal(connect(kubeconfig({ url })).request(get({ signal: stop.signal })))).toBe(reason);
    await hungUp.promise;
  });

  it('in the middle of the answer ends its body', async () => {
    const stop = new AbortController();
    const url = await serve((_request, response) => {
      response.write('half');
    });
    const answer = await connect(kubeconfig({ url })).request(get({ signal: stop.signal }));
    const body = answer.body[Symbol.asyncIterator]();
    expect((await body.next()).done).toBe(false);
    stop.abort(reason);
    expect(await refusal(body.next())).toBe(reason);
  });
});
