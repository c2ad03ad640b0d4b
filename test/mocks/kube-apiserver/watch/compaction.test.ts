import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createKubeApi, type KubeApi } from '../../../../mocks/index.ts';
import { virtualClock } from '../../../virtual-clock.ts';
import { ask, textOfAnswer } from '../ask.ts';
import { openWatch } from './reader.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const clock = virtualClock();
let api: KubeApi;

interface Page {
  readonly metadata: { readonly continue: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}
const get = async (path: string): Promise<Page> => JSON.parse(textOfAnswer(await ask(api, 'GET', path))) as Page;
const compact = async (body?: unknown): Promise<unknown> => {
  const answer = await ask(api, 'POST', '/_portico/compact', body);
  return JSON.parse(textOfAnswer(answer));
};
let versions: number[];

beforeEach(async () => {
  api?.close();
  api = createKubeApi({ clock, seed: 1 });
  versions = [];
  for (const name of ['a', 'b', 'c', 'd']) {
    await ask(api, 'POST', maps, { metadata: { name } });
    versions.push(api.store.revision());
  }
});
afterAll(() => api.close());

describe('after a compaction on demand', () => {
  test('watches from before it are told so in the stream; those from it on, and open ones, go on', async () => {
    const open = await openWatch(api, `${maps}?watch=true&resourceVersion=${versions[0]}`);
    expect(await compact()).toEqual({ compactedTo: versions[3], revision: versions[3] });
    const old = await openWatch(api, `${maps}?watch=true&resourceVersion=${versions[2]}`);
    const fresh = await openWatch(api, `${maps}?watch=true&resourceVersion=${versions[3]}`);
    await ask(api, 'POST', maps, { metadata: { name: 'e' } });
    await clock.settle();
    expect(old.seen).toEqual(['ERROR 410']);
    expect(old.state()).toBe('ended');
    expect(old.events[0]?.object.message).toBe(`too old resource version: ${versions[2]} (${versions[3]})`);
    expect(fresh.seen).toEqual(['ADDED e']);
    expect(open.seen).toEqual(['ADDED b', 'ADDED c', 'ADDED d', 'ADDED e']);
  });

  test('continue tokens expire, with one to go on with in the answer', async () => {
    const page = await get(`${maps}?limit=2`);
    await ask(api, 'DELETE', `${maps}/d`);
    expect((await ask(api, 'GET', `${maps}?limit=2&continue=${page.metadata.continue}`)).status).toBe(200);
    await compact();
    const answer = await ask(api, 'GET', `${maps}?limit=2&continue=${page.metadata.continue}`);
    expect(answer.status).toBe(410);
    const status = JSON.parse(textOfAnswer(answer)) as { reason: string; metadata: { continue: string } };
    expect(status.reason).toBe('Expired');
    const rest = await get(`${maps}?limit=5&continue=${status.metadata.continue}`);
    expect(rest.items.map(({ metadata }) => metadata.name)).toEqual(['c']);
  });

  test('exact reads of an older state are refused, those from the compaction on are not', async () => {
    await compact({ revision: versions[1] });
    const at = (version: number | undefined) =>
      ask(api, 'GET', `${maps}?resourceVersionMatch=Exact&resourceVersion=${version}`).then(({ status }) => status);
    expect([await at(versions[0]), await at(versions[1]), await at(versions[2])]).toEqual([410, 200, 200]);
  });

  test.each([{ revision: -1 }, { revision: 1.5 }, { revision: 'all' }, { revision: 1e9 }, []])(
    '%j is no revision',
    async (body) => {
      expect((await ask(api, 'POST', '/_portico/compact', body)).status).toBe(400);
      expect(api.store.compactedTo()).toBe(0);
    },
  );
});
