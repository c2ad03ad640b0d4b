import { afterEach, describe, expect, test } from 'vitest';
import { createKubeApi, type KubeApi, type KubeFaultRule } from '../../../../mocks/index.ts';
import { virtualClock } from '../../../virtual-clock.ts';
import { ask, textOfAnswer } from '../ask.ts';
import { openWatch } from './reader.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const clock = virtualClock();
const apis: KubeApi[] = [];

const start = (effect: KubeFaultRule['effect'], method = 'configmaps.*'): KubeApi => {
  const api = createKubeApi({ clock, seed: 1, faults: [{ match: { method }, effect }] });
  apis.push(api);
  return api;
};
const make = async (api: KubeApi, name: string): Promise<number> => {
  const answer = await ask(api, 'POST', maps, { metadata: { name } });
  const made = JSON.parse(textOfAnswer(answer)) as { metadata: { resourceVersion: string } };
  return Number(made.metadata.resourceVersion);
};
const read = async (api: KubeApi, query: string): Promise<{ names: string[]; version: number; code?: number }> => {
  const answer = JSON.parse(textOfAnswer(await clock.run(ask(api, 'GET', `${maps}${query}`)))) as {
    code?: number;
    items?: { metadata: { name: string } }[];
    metadata: { resourceVersion?: string };
  };
  const names = (answer.items ?? []).map(({ metadata }) => metadata.name);
  const version = Number(answer.metadata.resourceVersion);
  return { names, version, ...(answer.code === undefined ? {} : { code: answer.code }) };
};

afterEach(() => {
  for (const api of apis.splice(0)) api.close();
});

describe('a cache that lags by time', () => {
  test('shows what was, to reads at 0; reads without a version see the present', async () => {
    const api = start({ type: 'lag', ms: 1000 });
    const first = await make(api, 'a');
    await clock.advance(600);
    await make(api, 'b');
    expect((await read(api, '')).names).toEqual(['a', 'b']);
    expect((await read(api, '?resourceVersion=0')).names).toEqual([]);
    await clock.advance(400);
    expect(await read(api, '?resourceVersion=0')).toEqual({ names: ['a'], version: first });
    expect((await ask(api, 'GET', `${maps}/b`)).status).toBe(200);
    expect((await ask(api, 'GET', `${maps}/b?resourceVersion=0`)).status).toBe(404);
    await clock.advance(600);
    expect((await read(api, '?resourceVersion=0')).names).toEqual(['a', 'b']);
    expect((await ask(api, 'GET', `${maps}/b?resourceVersion=0`)).status).toBe(200);
  });

  test('tells its watchers each change when it hears of it, once and in order', async () => {
    const api = start({ type: 'lag', ms: 1000 });
    const reader = await openWatch(api, `${maps}?watch=true&resourceVersion=${api.store.revision()}`);
    await make(api, 'a');
    await clock.advance(300);
    await make(api, 'b');
    await ask(api, 'DELETE', `${maps}/a`);
    expect(reader.seen).toEqual([]);
    await clock.advance(700);
    expect(reader.seen).toEqual(['ADDED a']);
    await clock.advance(300);
    expect(reader.seen).toEqual(['ADDED a', 'ADDED b', 'DELETED a']);
  });

  test('a watch that begins at 0 shows the old state first, then what the cache hears', async () => {
    const api = start({ type: 'lag', ms: 1000 });
    await make(api, 'a');
    await clock.advance(1000);
    await make(api, 'b');
    const reader = await openWatch(api, `${maps}?watch=true&resourceVersion=0`);
    await clock.settle();
    expect(reader.seen).toEqual(['ADDED a']);
    await clock.advance(1000);
    expect(reader.seen).toEqual(['ADDED a', 'ADDED b']);
  });

  test('a read at a version that it has not heard of waits for it', async () => {
    const api = start({ type: 'lag', ms: 2000 });
    const version = await make(api, 'a');
    const began = clock.monotonic();
    expect((await read(api, `?resourceVersion=${version}`)).names).toEqual(['a']);
    expect(clock.monotonic() - began).toBe(2000);
    expect((await clock.run(ask(api, 'GET', `${maps}/a?resourceVersion=${version}`))).status).toBe(200);
  });

  test('a streaming list waits until the cache is as new as the store', async () => {
    const api = start({ type: 'lag', ms: 2000 });
    await make(api, 'a');
    const reader = await openWatch(
      api,
      `${maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    await clock.advance(1900);
    expect(reader.seen).toEqual([]);
    await clock.advance(150);
    expect(reader.seen.at(0)).toBe('ADDED a');
    expect(reader.seen.at(-1)).toBe('BOOKMARK');
  });

  test('without the rule it has no lag, and tells at once what it held back', async () => {
    const api = start({ type: 'lag', ms: 60_000 });
    const reader = await openWatch(api, `${maps}?watch=true&resourceVersion=${api.store.revision()}`);
    await make(api, 'a');
    await ask(api, 'DELETE', '/_portico/faults');
    await make(api, 'b');
    await clock.settle();
    expect(reader.seen).toEqual(['ADDED a', 'ADDED b']);
    expect((await read(api, '?resourceVersion=0')).names).toEqual(['a', 'b']);
  });
});

describe('a cache that lags by changes', () => {
  test('shows all but the last of its resource; others are not behind', async () => {
    const api = start({ type: 'lag', events: 2 });
    const versions = [await make(api, 'a'), await make(api, 'b'), await make(api, 'c')];
    expect(await read(api, '?resourceVersion=0')).toEqual({ names: ['a'], version: (versions[1] ?? 0) - 1 });
    await ask(api, 'POST', '/api/v1/namespaces', { metadata: { name: 'other' } });
    const namespaces = textOfAnswer(await ask(api, 'GET', '/api/v1/namespaces?resourceVersion=0'));
    expect(namespaces).toContain('"other"');
  });

  test('a read at a version that does not come is refused after 3 s, naming where the cache is', async () => {
    const api = start({ type: 'lag', events: 1 });
    const version = await make(api, 'a');
    const began = clock.monotonic();
    const answer = await clock.run(ask(api, 'GET', `${maps}?resourceVersion=${version}`));
    expect(clock.monotonic() - began).toBe(3000);
    expect(answer.status).toBe(504);
    expect(JSON.parse(textOfAnswer(answer))).toMatchObject({
      reason: 'Timeout',
      message: `Timeout: Too large resource version: ${version}, current: ${version - 1}`,
      details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] },
    });
  });

  test('it is never behind a compaction', async () => {
    const api = start({ type: 'lag', events: 5 });
    await make(api, 'a');
    await make(api, 'b');
    expect((await read(api, '?resourceVersion=0')).names).toEqual([]);
    await ask(api, 'POST', '/_portico/compact');
    expect((await read(api, '?resourceVersion=0')).names).toEqual(['a', 'b']);
  });
});

test('a lag does not hide other rules', async () => {
  const api = createKubeApi({
    clock,
    seed: 1,
    faults: [
      { match: {}, effect: { type: 'lag', events: 1 } },
      { match: { method: 'configmaps.list' }, effect: { type: 'overload' } },
    ],
  });
  apis.push(api);
  expect((await ask(api, 'GET', maps)).status).toBe(429);
});

test.each([
  [{ effect: { type: 'lag' } }, 'rules[0].effect must have ms or events.'],
  [{ effect: { type: 'lag', ms: 1, events: 1 } }, 'rules[0].effect must have ms or events.'],
  [{ effect: { type: 'lag', events: 0 } }, 'rules[0].effect.events must be a whole number from 1 on.'],
  [{ match: { nth: 2 }, effect: { type: 'lag', ms: 1 } }, 'rules[0].match.nth has no meaning for a lag; use method.'],
])('%j is refused', async (rule, error) => {
  const api = createKubeApi({ clock, seed: 1 });
  apis.push(api);
  const answer = await ask(api, 'POST', '/_portico/faults', rule);
  expect([answer.status, JSON.parse(textOfAnswer(answer))]).toEqual([400, { error }]);
});
