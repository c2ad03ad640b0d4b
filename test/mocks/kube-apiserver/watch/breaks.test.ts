import { afterEach, describe, expect, test } from 'vitest';
import { createKubeApi, type KubeApi, startKubeApiServer, type WatchBreak } from '../../../../mocks/index.ts';
import { virtualClock } from '../../../virtual-clock.ts';
import { ask, textOfAnswer } from '../ask.ts';
import { openWatch } from './reader.ts';

const services = '/api/v1/namespaces/default/services';
const service = (name: string) => ({ metadata: { name }, spec: { ports: [{ port: 80 }] } });
const clock = virtualClock();
const apis: KubeApi[] = [];
const start = (how?: WatchBreak, afterEvents?: number): KubeApi => {
  const effect = how && { type: 'break-watch' as const, how, ...(afterEvents === undefined ? {} : { afterEvents }) };
  const faults = effect ? [{ match: { method: 'services.watch', times: 1 }, effect }] : [];
  const api = createKubeApi({ clock, seed: 1, faults });
  apis.push(api);
  return api;
};
const post = (api: KubeApi, path: string, body?: unknown): Promise<unknown> =>
  ask(api, 'POST', path, body).then((answer) => JSON.parse(textOfAnswer(answer)) as unknown);
const open = async (api: KubeApi): Promise<unknown> =>
  JSON.parse(textOfAnswer(await ask(api, 'GET', '/_portico/watches')));

afterEach(() => {
  for (const api of apis.splice(0)) api.close();
});

const endings = [
  { how: 'eof', state: 'ended', last: [], rest: '' },
  { how: 'reset', state: 'ConnectionDropped', last: [], rest: '' },
  { how: 'torn', state: 'ConnectionDropped', last: [], rest: '{"type":"MODIFIED","object":{"kind":"' },
  { how: 'expired', state: 'ended', last: ['ERROR 410'], rest: '' },
  { how: 'silent', state: 'open', last: [], rest: '' },
] as const;

describe.each(endings)('a watch that ends $how', ({ how, state, last, rest }) => {
  test.each([0, 1, 2, 3])('after %i events', async (afterEvents) => {
    const api = start(how, afterEvents);
    await post(api, services, service('a'));
    const reader = await openWatch(api, `${services}?watch=true`);
    await post(api, services, service('z'));
    await clock.settle();
    const before = ['ADDED a', 'ADDED kubernetes', 'ADDED z'].slice(0, afterEvents);
    expect(reader.seen).toEqual([...before, ...last]);
    expect(reader.state()).toBe(state);
    expect(reader.rest()).toBe(rest);
    await post(api, services, service('later'));
    await clock.settle();
    expect(reader.seen).toEqual([...before, ...last]);
    const next = await openWatch(api, `${services}?watch=true`);
    await clock.settle();
    expect(next.seen).toHaveLength(4);
    expect(next.state()).toBe('open');
  });

  test('when told to', async () => {
    const api = start();
    const reader = await openWatch(api, `${services}?watch=true`);
    const other = await openWatch(api, '/api/v1/namespaces?watch=true');
    await clock.settle();
    expect(await open(api)).toEqual({ total: 2, byMethod: { 'namespaces.watch': 1, 'services.watch': 1 } });
    expect(await post(api, '/_portico/watches/break', { method: 'services.*', how })).toEqual({ broken: 1 });
    await clock.settle();
    expect(reader.seen).toEqual(['ADDED kubernetes', ...last]);
    expect([reader.state(), reader.rest()]).toEqual([state, rest]);
    expect(other.state()).toBe('open');
    reader.leave();
    other.leave();
    await clock.settle();
    expect(await open(api)).toEqual({ total: 0, byMethod: {} });
  });
});

test('what cannot be broken so is refused', async () => {
  const api = start();
  expect((await ask(api, 'POST', '/_portico/watches/break', { how: 'badly' })).status).toBe(400);
  expect((await ask(api, 'POST', '/_portico/watches/break', { how: 'eof', method: 1 })).status).toBe(400);
  expect((await ask(api, 'POST', '/_portico/watches/break', 'no json')).status).toBe(400);
});

test('over HTTP what was said before the cut arrives, then the connection breaks', async () => {
  const effect = (how: WatchBreak) => ({ type: 'break-watch' as const, how, afterEvents: 1 });
  const server = await startKubeApiServer({
    seed: 1,
    faults: (['torn', 'reset', 'expired', 'eof'] as const).map((how, at) => ({
      match: { method: 'services.watch', nth: at + 1 },
      effect: effect(how),
    })),
  });
  try {
    const outcomes: string[] = [];
    for (let at = 0; at < 4; at++) {
      const response = await fetch(`${server.url}${services}?watch=true`);
      let text = '';
      const decoder = new TextDecoder();
      try {
        for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
        outcomes.push(`ended ${text.split('\n').length - 1} lines`);
      } catch (error) {
        outcomes.push(`${error instanceof Error ? error.message : ''} ${text.split('\n').length - 1} lines`);
      }
      expect(text).toContain('"ADDED"');
      if (at === 0) expect(text).toMatch(/\n\{"type":"MODIFIED","object":\{"kind":"$/);
    }
    expect(outcomes).toEqual(['terminated 1 lines', 'terminated 1 lines', 'ended 2 lines', 'ended 1 lines']);
  } finally {
    await server.close();
  }
});
