import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asPorticoError, PorticoError } from '../../src/errors.ts';
import { kubeApi } from '../../src/kube/api.ts';
import { failureOf } from '../../src/kube/failure.ts';
import { leaseStore } from '../../src/kube/lease.ts';
import { listAll, type Listed } from '../../src/kube/list.ts';
import { listWatch } from '../../src/kube/list-watch.ts';
import { textOf } from '../../src/kube/transport.ts';
import { lines } from '../../src/kube/watch-lines.ts';
import { readService, type Service } from '../../src/model/service.ts';
import { virtualClock } from '../virtual-clock.ts';
import { type Answer, bodyOf, list, objectOf, scriptedTransport, silence, watch } from './scripted-transport.ts';

const { signal } = new AbortController();
const errorOf = (work: Promise<unknown>): Promise<PorticoError> =>
  work.then((value) => new PorticoError('internal', `no error: ${JSON.stringify(value)}`), asPorticoError);
const says =
  (text: string): Answer =>
  async () =>
    bodyOf(200, text);

describe('the answer to a patch of a Service', () => {
  const patch = (text: string) =>
    kubeApi(scriptedTransport([says(text)]), virtualClock()).patchService(
      { namespace: 'default', name: 'web', uid: 'first' },
      [],
      signal,
    );
  const answer = (changes: object): string =>
    JSON.stringify({ ...objectOf({ name: 'web', uid: 'first', version: 4 }), ...changes });

  it('is the Service as it then is', async () => {
    expect((await patch(answer({}))).metadata).toMatchObject({ uid: 'first', resourceVersion: '4' });
  });

  it.each([
    ['nothing', '{}'],
    ['HTML', '<html>'],
    ['another kind', answer({ kind: 'Status' })],
    ['its successor under the name', answer(objectOf({ name: 'web', uid: 'second', version: 5 }))],
    ['another Service', answer(objectOf({ name: 'other', uid: 'first', version: 5 }))],
    ['one without a version', answer({ metadata: { namespace: 'default', name: 'web', uid: 'first' } })],
  ])('that is %s is not taken for it', async (_, text) => {
    expect(await errorOf(patch(text))).toMatchObject({ code: 'transient' });
  });
});

it.each([
  ['nothing', '{}'],
  ['HTML', '<html>'],
  ['without a version', JSON.stringify({ kind: 'Lease', metadata: { name: 'portico', uid: 'u' }, spec: {} })],
  ['another kind', JSON.stringify({ ...objectOf({ name: 'portico', version: 1 }), kind: 'Service' })],
  ['another Lease', JSON.stringify({ ...objectOf({ name: 'other', version: 1 }), kind: 'Lease' })],
  [
    'one whose holder is no text',
    JSON.stringify({ ...objectOf({ name: 'portico', version: 1 }), kind: 'Lease', spec: { holderIdentity: ['a'] } }),
  ],
])('an answer that is %s is not a Lease that nobody holds', async (_, text) => {
  const place = { namespace: 'default', name: 'portico' };
  const store = leaseStore(scriptedTransport([says(text)]), virtualClock(), place, 1000);
  expect(await errorOf(store.read(signal))).toMatchObject({ code: 'transient' });
});

it.each([
  ['no JSON', '<html>\n'],
  ['without an object', '{"type":"DELETED"}\n'],
  ['null', 'null\n'],
  ['of another kind', '{"type":"DELETED","object":{"kind":"Node","metadata":{"name":"a"}}}\n'],
  ['without a name', '{"type":"ADDED","object":{"kind":"Service","metadata":{"uid":"u","resourceVersion":"9"}}}\n'],
  ['without a uid', '{"type":"DELETED","object":{"kind":"Service","metadata":{"name":"a","resourceVersion":"9"}}}\n'],
  ['an error that is none', '{"type":"ERROR","object":null}\n'],
])('an event of a watch that is %s changes nothing, and the watch goes on from before it', async (_, line) => {
  const clock = virtualClock();
  const stop = new AbortController();
  const kept = { name: 'a', version: 6 };
  const transport = scriptedTransport([
    list(5, [kept]),
    says(line),
    watch([['ADDED', { name: 'b', version: 9 }]]),
    silence,
  ]);
  const failures: string[] = [];
  const copy = listWatch({
    transport,
    clock,
    path: '/api/v1/services',
    kind: 'Service',
    read: readService,
    handlers: {
      add: () => undefined,
      update: () => undefined,
      delete: () => undefined,
      synced: () => undefined,
      failed: ({ code }) => failures.push(code),
    },
  });
  const ended = copy.run(stop.signal);
  await clock.advance(1000);
  expect([...copy.objects.keys()]).toEqual(['default/a', 'default/b']);
  expect(failures).toEqual(['transient']);
  expect(transport.asked[2]?.['resourceVersion']).toBe('5');
  stop.abort();
  await ended;
});

describe('what has no end', () => {
  let sent = 0;
  async function* endless(piece: string): AsyncGenerator<Uint8Array> {
    for (sent = 0; sent < 10_000; sent += 1) yield new TextEncoder().encode(piece);
  }
  const answer = (status: number) => ({ status, headers: {}, body: endless('x'.repeat(1000)) });

  it('as an answer is given up at the limit', async () => {
    expect(await errorOf(textOf(answer(200), 50_000))).toMatchObject({ code: 'transient' });
    expect(sent).toBe(50);
  });

  it('as a line of a watch is given up at the limit', async () => {
    const read = async (): Promise<void> => {
      for await (const line of lines(endless('x'.repeat(1000)), 50_000)) expect(line).toBe('never');
    };
    expect(await errorOf(read())).toMatchObject({ code: 'transient' });
    expect(sent).toBe(50);
  });

  it('as a refusal is read no further than its beginning, and its status decides', async () => {
    const error = await failureOf(answer(403), 'list services');
    expect(error.code).toBe('denied');
    expect(error.message.length).toBeLessThan(3000);
    expect(sent).toBeLessThan(100);
  });
});

it.each<[number, string]>([
  [302, 'transient'],
  [400, 'transient'],
  [401, 'unauthenticated'],
  [403, 'denied'],
  [404, 'transient'],
  [409, 'transient'],
  [410, 'transient'],
  [422, 'transient'],
  [429, 'throttled'],
])('%i from somebody else than the API server is %s: it says nothing of an object', async (status, code) => {
  for (const text of ['<html>', '', 'null', '{}', '{"reason":"NotFound"}', '404 page not found']) {
    expect((await failureOf(bodyOf(status, text), 'patch Service default/web')).code).toBe(code);
  }
});

describe('a wait that the API server asks for', () => {
  const asked = async (header: string | undefined, retryAfterSeconds?: unknown): Promise<number | undefined> => {
    const response = bodyOf(429, JSON.stringify({ kind: 'Status', code: 429, details: { retryAfterSeconds } }));
    const headers: Record<string, string> = header === undefined ? {} : { 'retry-after': header };
    return (await failureOf({ ...response, headers }, 'list services')).retryAfterMs;
  };

  it.each<[string | undefined, unknown, number | undefined]>([
    ['7', undefined, 7000],
    ['7', 3, 3000],
    ['999999999', undefined, 300_000],
    [undefined, 1e12, 300_000],
    ['-5', -5, undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', '7', undefined],
    ['Infinity', undefined, 300_000],
    [undefined, undefined, undefined],
  ])('by the header %s and the details %s is %s ms: at most five minutes', async (header, details, ms) => {
    expect(await asked(header, details)).toBe(ms);
  });
});

/** Almost what the API server says, and anything else. */
const anything: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record({
      kind: fc.oneof(fc.constant('ServiceList'), fc.jsonValue()),
      metadata: fc.oneof(
        fc.record({ resourceVersion: fc.oneof(fc.constant('5'), fc.jsonValue()) }),
        fc.record({ resourceVersion: fc.constant('5'), continue: fc.jsonValue() }),
        fc.jsonValue(),
      ),
      items: fc.oneof(
        fc.array(
          fc.record({
            metadata: fc.oneof(
              fc.record({
                name: fc.constantFrom<unknown>('web', '', 7),
                namespace: fc.constantFrom<unknown>('default', null, {}),
                uid: fc.constantFrom<unknown>('u', null, []),
                resourceVersion: fc.constantFrom<unknown>('4', 4),
              }),
              fc.jsonValue(),
            ),
            spec: fc.jsonValue(),
          }),
          { maxLength: 3 },
        ),
        fc.jsonValue(),
      ),
    })
    .map((page) => JSON.stringify(page)),
);

it('whatever a list is answered with, it is objects with an identity or an error to be tried again', async () => {
  await fc.assert(
    fc.asyncProperty(anything, fc.constantFrom(200, 200, 200, 500, 410), async (text, status) => {
      const transport = scriptedTransport([async () => bodyOf(status, text), says('{}')]);
      const options = { transport, clock: virtualClock(), path: '/api/v1/services', kind: 'ServiceList' };
      const found = await listAll({ ...options, read: readService }, signal).catch((error: unknown) => error);
      if (found instanceof Error) expect(asPorticoError(found).code).toMatch(/^(transient|stale)$/);
      else {
        const { items } = found as Listed<Service>;
        for (const { metadata } of items) expect([metadata.name, metadata.uid]).not.toContain('');
        expect(JSON.parse(text)).toMatchObject({ kind: 'ServiceList' });
      }
    }),
    { numRuns: 500 },
  );
});
