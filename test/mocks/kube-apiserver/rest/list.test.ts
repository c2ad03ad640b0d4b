import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeApi, type KubeApi } from '../../../../mocks/index.ts';
import { virtualClock, type VirtualClock } from '../../../virtual-clock.ts';
import { ask, textOfAnswer } from '../ask.ts';

interface ListBody {
  readonly code?: number;
  readonly message?: string;
  readonly metadata: { readonly continue?: string; readonly resourceVersion?: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

const path = '/api/v1/namespaces/default/configmaps';
let clock: VirtualClock;
let api: KubeApi;

beforeEach(async () => {
  clock = virtualClock();
  api = createKubeApi({ clock, seed: 1 });
  for (const name of ['a', 'b', 'c', 'd']) {
    await ask(api, 'POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  }
});

afterEach(() => api.close());

async function list(query: string): Promise<ListBody> {
  const answer = await clock.run(ask(api, 'GET', `${path}?${query}`));
  return JSON.parse(textOfAnswer(answer)) as ListBody;
}

const names = ({ items }: ListBody): string => items.map(({ metadata }) => metadata.name).join('');
const token = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString('base64url');

describe('pages', () => {
  it('show one state, whatever is written in between', async () => {
    const first = await list('limit=2');
    await ask(api, 'DELETE', `${path}/c`);
    const second = await list(`limit=2&continue=${first.metadata.continue}`);
    expect([names(first), names(second)]).toEqual(['ab', 'cd']);
    expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
  });

  it('go on with the present when their state was compacted away', async () => {
    const first = await list('limit=2');
    await ask(api, 'DELETE', `${path}/c`);
    api.store.compact(api.store.revision());
    const expired = await list(`limit=2&continue=${first.metadata.continue}`);
    expect(expired.code).toBe(410);
    // The token that comes with the refusal holds for no revision, so that it cannot expire.
    await ask(api, 'POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'e' } });
    api.store.compact(api.store.revision());
    const rest = await list(`limit=2&continue=${expired.metadata.continue}`);
    expect(names(rest)).toBe('de');
    expect(rest.metadata.resourceVersion).toBe(String(api.store.revision()));
  });

  const wrong = 'invalid continue token: continue key is not valid: ';
  it.each([
    ['a!', `${wrong}illegal base64 data at input byte 1`],
    ['rubbish', `${wrong}invalid character '®' looking for beginning of value`],
    [token({ v: 'v2', rv: 1, start: 'a' }), `${wrong}server does not recognize this encoded version "v2"`],
    [token({}), `${wrong}server does not recognize this encoded version ""`],
    [
      token({ v: 'meta.k8s.io/v1', start: 'a' }),
      `${wrong}incorrect encoded start resourceVersion (version meta.k8s.io/v1)`,
    ],
    [token({ v: 'meta.k8s.io/v1', rv: 1 }), `${wrong}encoded start key empty (version meta.k8s.io/v1)`],
    [token({ v: 'meta.k8s.io/v1', rv: 1, start: '../a' }), `${wrong}../a`],
  ])('refuse the token %s', async (continueToken, message) => {
    expect(await list(`continue=${encodeURIComponent(continueToken)}`)).toMatchObject({ code: 400, message });
  });
});

// https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list
describe('resourceVersion, resourceVersionMatch and limit', () => {
  const past = async (): Promise<string> => {
    const { metadata } = await list('');
    await ask(api, 'DELETE', `${path}/a`);
    return metadata.resourceVersion ?? '';
  };

  it.each([
    ['', 'bcd'],
    ['resourceVersion=0', 'bcd'],
    ['resourceVersion=PAST', 'bcd'],
    ['resourceVersion=PAST&resourceVersionMatch=NotOlderThan', 'bcd'],
    ['resourceVersion=PAST&resourceVersionMatch=Exact', 'abcd'],
    ['resourceVersion=PAST&limit=2', 'ab'],
    ['resourceVersion=PAST&limit=2&resourceVersionMatch=NotOlderThan', 'bc'],
    ['resourceVersion=0&limit=2', 'bcd'],
    ['limit=2', 'bc'],
  ])('%s is %s', async (query, expected) => {
    expect(names(await list(query.replace('PAST', await past())))).toBe(expected);
  });

  it('finds pages of events at resourceVersion 0, as no watch cache holds them', async () => {
    const events = '/api/v1/namespaces/default/events';
    for (const name of ['x', 'y']) {
      const involvedObject = { kind: 'Service', namespace: 'default', name: 'a' };
      await ask(api, 'POST', events, { apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject });
    }
    const answer = await ask(api, 'GET', `${events}?resourceVersion=0&limit=1`);
    expect(names(JSON.parse(textOfAnswer(answer)) as ListBody)).toBe('x');
  });

  it.each([
    ['resourceVersionMatch=Exact', 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    ['resourceVersion=1&resourceVersionMatch=Nope', 'supported values: "Exact", "NotOlderThan", ""'],
    ['sendInitialEvents=true', 'sendInitialEvents is forbidden for list'],
    ['watch=1&sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    [
      'watch=1&resourceVersionMatch=NotOlderThan',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
  ])('%s is refused', async (query, message) => {
    expect(await list(query)).toMatchObject({ code: 422, message: expect.stringContaining(message) });
  });

  it.each(['limit=9223372036854775808', 'timeoutSeconds=1.5'])('%s is no number', async (query) => {
    expect(await list(query)).toMatchObject({ code: 400, message: expect.stringContaining('strconv.ParseInt') });
  });
});
