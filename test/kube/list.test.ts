import { describe, expect, it } from 'vitest';
import { asPorticoError } from '../../src/errors.ts';
import { listAll } from '../../src/kube/list.ts';
import { readService } from '../../src/model/service.ts';
import { virtualClock } from '../virtual-clock.ts';
import { bodyOf, objectOf, scriptedTransport } from './scripted-transport.ts';

const list = async (...pages: readonly string[]): Promise<readonly string[]> => {
  const { items } = await listAll(
    {
      transport: scriptedTransport(pages.map((page) => async () => bodyOf(200, page))),
      clock: virtualClock(),
      path: '/api/v1/services',
      kind: 'ServiceList',
      read: readService,
    },
    new AbortController().signal,
  );
  return items.map(({ metadata }) => metadata.name);
};

const web = objectOf({ name: 'web', version: 3 });
const page = (changes: object = {}): string =>
  JSON.stringify({ kind: 'ServiceList', metadata: { resourceVersion: '5' }, items: [web], ...changes });

describe('an answer of 200 to a list', () => {
  it.each([
    ['is the collection', page(), ['web']],
    ['is an empty collection', page({ items: [] }), []],
    ['is an empty collection as Go may write it', page({ items: null }), []],
  ])('%s', async (_, text, names) => {
    expect(await list(text)).toEqual(names);
  });

  it.each<[string, string]>([
    ['is an empty object', '{}'],
    ['is nothing', ''],
    ['is HTML', '<!DOCTYPE html><html>Sign in</html>'],
    ['is cut off', page().slice(0, -3)],
    ['is null', 'null'],
    ['is a list in JSON', '[]'],
    ['has no kind', page({ kind: undefined })],
    ['is the list of another kind', page({ kind: 'NodeList' })],
    ['is a Status', JSON.stringify({ kind: 'Status', status: 'Success', metadata: {} })],
    ['has no version', page({ metadata: {} })],
    ['has an empty version', page({ metadata: { resourceVersion: '' } })],
    ['has a version that is no string', page({ metadata: { resourceVersion: 5 } })],
    ['has no metadata', page({ metadata: null })],
    ['has no items', page({ items: undefined })],
    ['has items that are no list', page({ items: { web } })],
    ['has an item that is no object', page({ items: [web, null] })],
    ['has an item without a name', page({ items: [{ metadata: { uid: 'u', resourceVersion: '3' } }] })],
    ['has an item without a uid', page({ items: [{ metadata: { name: 'web', resourceVersion: '3' } }] })],
    ['has an item whose fields are of the wrong type', page({ items: [{ ...web, spec: { ports: 'http' } }] })],
    ['has a token for the next page that is no string', page({ metadata: { resourceVersion: '5', continue: 7 } })],
  ])('that %s is an error to be tried again, never an empty collection', async (_, text) => {
    const error = await list(text).then(String, asPorticoError);
    expect(error).toMatchObject({ code: 'transient', message: expect.stringContaining('list /api/v1/services') });
  });

  it('whose next page is always the same is an error, not a list without end', async () => {
    const again = page({ metadata: { resourceVersion: '5', continue: 'more' } });
    const error = await list(again, again, again).then(String, asPorticoError);
    expect(error).toMatchObject({ code: 'transient' });
  });
});

it('asks for the part of the collection that is wanted, on every page', async () => {
  const pages = [page({ metadata: { resourceVersion: '5', continue: 'more' } }), page()];
  const transport = scriptedTransport(pages.map((text) => async () => bodyOf(200, text)));
  const select = { fieldSelector: 'type=Normal' };
  const options = {
    transport,
    clock: virtualClock(),
    path: '/api/v1/services',
    kind: 'ServiceList',
    read: readService,
  };
  await listAll({ ...options, select, pageSize: 7 }, new AbortController().signal);
  expect(transport.asked).toEqual([
    { limit: '7', ...select },
    { limit: '7', continue: 'more', ...select },
  ]);
});
