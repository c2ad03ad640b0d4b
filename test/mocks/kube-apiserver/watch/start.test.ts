import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeApi, type KubeApi } from '../../../../mocks/index.ts';
import { virtualClock, type VirtualClock } from '../../../virtual-clock.ts';
import { ask } from '../ask.ts';

const path = '/api/v1/namespaces/default/configmaps';
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
let clock: VirtualClock;
let api: KubeApi;
/** Revision at which `a` existed alone. */
let past: number;

beforeEach(async () => {
  clock = virtualClock();
  api = createKubeApi({ clock, seed: 1 });
  await create('a', { app: 'kubia' });
  past = api.store.revision();
  await create('b');
});

afterEach(() => api.close());

const create = (name: string, labels: object = {}): Promise<unknown> =>
  ask(api, 'POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } });

interface Event {
  readonly type: string;
  readonly object: {
    readonly message?: string;
    readonly metadata?: { readonly name?: string; readonly annotations?: Readonly<Record<string, string>> };
  };
}

/** `+a` added, `~a` modified, `-a` deleted, `|` a bookmark, `||` the one that ends the initial events, `!` an error. */
function sign({ type, object }: Event): string {
  const name = object.metadata?.name ?? '';
  const end = object.metadata?.annotations?.['k8s.io/initial-events-end'] === 'true';
  const signs: Readonly<Record<string, string>> = { ADDED: '+', MODIFIED: '~', DELETED: '-', ERROR: '!' };
  return type === 'BOOKMARK' ? (end ? '||' : '|') : `${signs[type]}${name}`;
}

/** All that a watch of so many seconds tells, while `during` happens. */
async function watched(query: string, seconds: number, during: () => Promise<unknown>): Promise<string> {
  const answer = await ask(api, 'GET', `${path}?watch=1&timeoutSeconds=${seconds}&${query}`);
  const { body } = answer;
  if (body === undefined || body instanceof Uint8Array) throw new Error('no stream');
  const read = (async () => {
    const found: string[] = [];
    for await (const chunk of body) {
      for (const line of new TextDecoder().decode(chunk).trimEnd().split('\n')) {
        found.push(sign(JSON.parse(line) as Event));
      }
    }
    return found.join(' ');
  })();
  await clock.advance(10);
  await during();
  return clock.run(read);
}

const streaming = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
const notStreaming = 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan';
const bookmarks = 'allowWatchBookmarks=true';

// https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch
describe('a watch, while c is created, begins', () => {
  it.each([
    ['', '+a +b +c'],
    ['resourceVersion=0', '+a +b +c'],
    ['resourceVersion=PAST', '+b +c'],
    ['resourceVersion=NOW', '+c'],
    [`resourceVersion=0&${bookmarks}`, '+a +b || +c |'],
    [bookmarks, '+a +b +c |'],
    [`resourceVersion=NOW&${bookmarks}`, '+c |'],
    [streaming, '+a +b +c'],
    [`${streaming}&${bookmarks}`, '+a +b || +c | |'],
    [`${streaming}&${bookmarks}&resourceVersion=PAST`, '+a +b || +c | |'],
    [`${streaming}&${bookmarks}&resourceVersion=0`, '+a +b || +c | |'],
    [`${notStreaming}&${bookmarks}`, '+c |'],
    [`${notStreaming}&resourceVersion=PAST`, '+b +c'],
    ['labelSelector=app%3Dkubia', '+a'],
    [`labelSelector=app%3Dkubia&${bookmarks}&resourceVersion=NOW`, '|'],
    ['fieldSelector=metadata.name%3Dc', '+c'],
  ])('with %j: %s', async (query, expected) => {
    const now = api.store.revision();
    const filled = query.replace('PAST', String(past)).replace('NOW', String(now));
    expect(await watched(filled, 30, () => create('c'))).toBe(expected);
  });

  it('with an error where its revision is gone, and ends', async () => {
    api.store.compact(api.store.revision());
    expect(await watched(`resourceVersion=${past}`, 30, () => create('c'))).toBe('!');
  });

  it('with silence where its revision is yet to come', async () => {
    expect(await watched(`resourceVersion=${api.store.revision() + 100}`, 30, () => create('c'))).toBe('');
  });
});

it('tells of an object that leaves the selector, and of one that comes in', async () => {
  const change = async (): Promise<void> => {
    await ask(api, 'PATCH', `${path}/a`, { metadata: { labels: { app: 'other' } } }, merge);
    await ask(api, 'PATCH', `${path}/b`, { metadata: { labels: { app: 'kubia' } } }, merge);
    await ask(api, 'PATCH', `${path}/b`, { metadata: { labels: { x: 'y' } } }, merge);
    await ask(api, 'DELETE', `${path}/b`);
  };
  const query = `resourceVersion=${api.store.revision()}&labelSelector=app%3Dkubia`;
  expect(await watched(query, 30, change)).toBe('-a +b ~b -b');
});

it('sends a bookmark each minute and before the end, once something was written', async () => {
  const query = `${bookmarks}&resourceVersion=${api.store.revision()}`;
  expect(await watched(query, 150, () => Promise.resolve())).toBe('');
  expect(await watched(query, 150, () => ask(api, 'DELETE', `${path}/a`))).toBe('-a | | |');
});

it('has no bookmarks for events, which no watch cache holds', async () => {
  const answer = await ask(api, 'GET', `/api/v1/events?watch=1&timeoutSeconds=30&resourceVersion=0&${bookmarks}`);
  const chunks: Uint8Array[] = [];
  const { body } = answer;
  if (body === undefined || body instanceof Uint8Array) throw new Error('no stream');
  await clock.run(
    (async () => {
      for await (const chunk of body) chunks.push(chunk);
    })(),
  );
  expect(chunks).toEqual([]);
});
