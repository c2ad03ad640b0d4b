import { describe, expect, it } from 'vitest';
import { type Call, namesOf, outcomeOf, testCloud } from './cloud-client.ts';

const region = 'regions/us-central1';
const list = (call: Call, path: string, query: Readonly<Record<string, string>>) =>
  call('GET', `${path}?${new URLSearchParams(query).toString()}`);

const rules: readonly object[] = [
  {
    name: 'k8s-a',
    priority: 10,
    description: 'One',
    targetTags: ['node'],
    allowed: [{ IPProtocol: 'tcp', ports: ['80'] }],
  },
  { name: 'k8s-b', priority: 200, allowed: [{ IPProtocol: 'udp', ports: ['53'] }], sourceRanges: ['10.0.0.0/8'] },
  { name: 'other', priority: 1000, disabled: true, denied: [{ IPProtocol: 'tcp' }] },
];

async function firewalls() {
  const { call, clock } = testCloud();
  for (const rule of rules) {
    await call('POST', 'global/firewalls', rule);
    await clock.advance(1000);
  }
  return call;
}

describe('filter', () => {
  it.each<readonly [string, readonly string[]]>([
    ['name eq k8s-.*', ['k8s-a', 'k8s-b']],
    ['name eq k8s', []],
    ['name eq ".*\\bk8s\\-a\\b.*"', ['k8s-a']],
    ['name eq (?i)K8S-A', ['k8s-a']],
    ['name ne k8s-.*', ['other']],
    ['name eq .*(a|r)', ['k8s-a', 'other']],
    ['(name eq k8s-.*)(description eq One)', ['k8s-a']],
    ['description eq ""', ['k8s-b', 'other']],
    ['allowed.IPProtocol eq "udp"', ['k8s-b']],
    ['name = k8s-a', ['k8s-a']],
    ['name = "k8s-*"', ['k8s-a', 'k8s-b']],
    ['name=K8S-A', []],
    ['name != k8s-a', ['k8s-b', 'other']],
    ['name:8S', ['k8s-a', 'k8s-b']],
    ['description:*', ['k8s-a']],
    ['-description:*', ['k8s-b', 'other']],
    ['NOT name:k8s', ['other']],
    ['priority < 200', ['k8s-a']],
    ['priority <= 200', ['k8s-a', 'k8s-b']],
    ['priority > 200', ['other']],
    ['priority >= 200', ['k8s-b', 'other']],
    ['disabled = true', ['other']],
    ['targetTags:node', ['k8s-a']],
    ['sourceRanges = "10.0.0.0/8"', ['k8s-b']],
    ['allowed.ports = 80', ['k8s-a']],
    ['name:k8s AND priority > 50', ['k8s-b']],
    ['name:k8s priority > 50', ['k8s-b']],
    ['name = k8s-a OR name = other', ['k8s-a', 'other']],
    ['name:k8s AND priority = 10 OR priority = 1000', ['k8s-a']],
    ['(name:k8s AND priority = 10) OR priority = 1000', ['k8s-a', 'other']],
    ['NOT (name = k8s-a OR name = k8s-b)', ['other']],
    ['network eq .*/global/networks/default', ['k8s-a', 'k8s-b', 'other']],
    ['network = http://127.0.0.1:8080/compute/v1/projects/p/global/networks/default', ['k8s-a', 'k8s-b', 'other']],
    ['  ', ['k8s-a', 'k8s-b', 'other']],
  ])('%s', async (filter, expected) => {
    expect(namesOf(await list(await firewalls(), 'global/firewalls', { filter }))).toEqual(expected);
  });

  it.each(['name', 'name =', '= x', 'name eq [', '(name = a', 'name = a)', 'name ~ a', 'OR', 'name = a AND'])(
    'refuses %s',
    async (filter) => {
      expect(outcomeOf(await list(await firewalls(), 'global/firewalls', { filter }))).toBe('400 invalid');
    },
  );

  it('holds for labels', async () => {
    const { call } = testCloud();
    for (const name of ['a', 'b'])
      await call('POST', `${region}/addresses`, { name, labels: { team: `team-${name}` } });
    expect(namesOf(await list(call, `${region}/addresses`, { filter: 'labels.team = team-b' }))).toEqual(['b']);
    expect(namesOf(await list(call, `${region}/addresses`, { filter: 'labels:team' }))).toEqual(['a', 'b']);
  });
});

describe('order and pages', () => {
  it.each<readonly [string, readonly string[]]>([
    ['', ['k8s-a', 'k8s-b', 'other']],
    ['name', ['k8s-a', 'k8s-b', 'other']],
    ['creationTimestamp desc', ['other', 'k8s-b', 'k8s-a']],
  ])('orderBy %j', async (orderBy, expected) => {
    expect(namesOf(await list(await firewalls(), 'global/firewalls', { orderBy }))).toEqual(expected);
  });

  it.each([
    [{ orderBy: 'priority' }],
    [{ maxResults: '501' }],
    [{ maxResults: '-1' }],
    [{ maxResults: 'many' }],
    [{ pageToken: 'nonsense' }],
  ])('%j is refused', async (query) => {
    expect(outcomeOf(await list(await firewalls(), 'global/firewalls', query))).toBe('400 invalid');
  });

  it('pages hold maxResults rows, the last one has no token, and their sum is the list', async () => {
    const call = await firewalls();
    const pages: (readonly string[])[] = [];
    let pageToken: unknown = '';
    do {
      const query = { maxResults: '2', filter: 'name:*', ...(typeof pageToken === 'string' ? { pageToken } : {}) };
      const page = await list(call, 'global/firewalls', query);
      pages.push(namesOf(page));
      pageToken = page.body['nextPageToken'];
    } while (pageToken !== undefined);
    expect(pages).toEqual([['k8s-a', 'k8s-b'], ['other']]);
  });

  it('a page ends at 500 rows when nothing is asked for', async () => {
    const { cloud, call } = testCloud();
    for (let at = 0; at < 501; at += 1) cloud.addInstance({ name: `vm-${at}`, zone: 'us-central1-a' });
    const first = await list(call, 'zones/us-central1-a/instances', {});
    expect(namesOf(first)).toHaveLength(500);
    const rest = await list(call, 'zones/us-central1-a/instances', { pageToken: String(first.body['nextPageToken']) });
    expect(namesOf(rest)).toHaveLength(1);
    expect(rest.body).not.toHaveProperty('nextPageToken');
  });

  it.each(['', 'creationTimestamp desc'])(
    'with orderBy %j, a page goes on after the last row that was seen',
    async (orderBy) => {
      const { call } = testCloud();
      const make = (name: string) => call('POST', `${region}/addresses`, { name });
      for (const name of ['b', 'd', 'f', 'h']) await make(name);
      const first = await list(call, `${region}/addresses`, { orderBy, maxResults: '2' });
      const [early, late] =
        orderBy === ''
          ? [
              ['b', 'd'],
              ['f', 'h'],
            ]
          : [
              ['h', 'f'],
              ['d', 'b'],
            ];
      expect(namesOf(first)).toEqual(early);
      // Rows that come before the page, or go from it, neither hide a row nor show one twice.
      for (const name of namesOf(first)) await call('DELETE', `${region}/addresses/${name}`);
      for (const name of ['a', 'c']) await make(name);
      const pageToken = String(first.body['nextPageToken']);
      expect(namesOf(await list(call, `${region}/addresses`, { orderBy, maxResults: '2', pageToken }))).toEqual(late);
    },
  );

  it('the newest operation is the first, even of one moment', async () => {
    const { call } = testCloud();
    for (const name of ['c', 'a', 'b']) await call('POST', `${region}/addresses`, { name });
    const { items } = (await list(call, `${region}/operations`, { orderBy: 'creationTimestamp desc' })).body;
    const targets = (items as readonly { readonly targetLink: string }[]).map(({ targetLink }) => targetLink.slice(-1));
    expect(targets).toEqual(['b', 'a', 'c']);
  });

  it('an empty list has no items, and says what it is', async () => {
    const { call } = testCloud();
    const { body } = await call('GET', `${region}/addresses`);
    expect(body).toEqual({
      kind: 'compute#addressList',
      id: `projects/p/${region}/addresses`,
      selfLink: `https://www.googleapis.com/compute/v1/projects/p/${region}/addresses`,
    });
  });
});

describe('aggregated lists', () => {
  interface Scoped {
    readonly addresses?: readonly { readonly name: string }[];
    readonly warning?: { readonly code: string };
  }
  const scopes = (body: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(body['items'] as Readonly<Record<string, Scoped>>).map(([scope, { addresses, warning }]) => [
        scope,
        addresses?.map(({ name }) => name) ?? warning?.code,
      ]),
    );
  const none = 'NO_RESULTS_ON_PAGE';
  async function threeAddresses() {
    const { call } = testCloud({ zones: ['us-central1-a', 'europe-west1-b'] });
    await call('POST', `${region}/addresses`, { name: 'a' });
    await call('POST', `${region}/addresses`, { name: 'b' });
    await call('POST', 'global/addresses', { name: 'g' });
    return call;
  }

  it.each<readonly [Readonly<Record<string, string>>, object]>([
    [{}, { global: ['g'], 'regions/europe-west1': none, 'regions/us-central1': ['a', 'b'] }],
    [{ filter: 'name = b' }, { global: none, 'regions/europe-west1': none, 'regions/us-central1': ['b'] }],
    [
      { includeAllScopes: 'True', returnPartialSuccess: 'True' },
      {
        global: ['g'],
        'regions/europe-west1': none,
        'regions/us-central1': ['a', 'b'],
        'zones/europe-west1-b': none,
        'zones/us-central1-a': none,
      },
    ],
  ])('with %j', async (query, expected) => {
    const { body } = await list(await threeAddresses(), 'aggregated/addresses', query);
    expect(scopes(body)).toEqual(expected);
    expect(body['kind']).toBe('compute#addressAggregatedList');
  });

  it('pages go through the scopes', async () => {
    const call = await threeAddresses();
    const first = (await list(call, 'aggregated/addresses', { maxResults: '2' })).body;
    expect(scopes(first)).toEqual({ global: ['g'], 'regions/europe-west1': none, 'regions/us-central1': ['a'] });
    const second = await list(call, 'aggregated/addresses', {
      maxResults: '2',
      pageToken: String(first['nextPageToken']),
    });
    expect(scopes(second.body)).toEqual({ global: none, 'regions/europe-west1': none, 'regions/us-central1': ['b'] });
    expect(second.body).not.toHaveProperty('nextPageToken');
  });

  it.each(['instanceGroupManagers', 'disks', 'targetInstances', 'urlMaps'])(
    '%s: there are none',
    async (collection) => {
      const { call } = testCloud();
      const { status, body } = await call('GET', `aggregated/${collection}`);
      expect([status, Object.values(body['items'] as object)[0]]).toMatchObject([200, { warning: { code: none } }]);
    },
  );

  it('operations of all scopes', async () => {
    const call = await threeAddresses();
    const { items } = (await call('GET', 'aggregated/operations')).body;
    const counts = Object.entries(items as Readonly<Record<string, { operations?: readonly unknown[] }>>).map(
      ([scope, { operations = [] }]) => [scope, operations.length],
    );
    expect(Object.fromEntries(counts)).toMatchObject({
      global: 1,
      'regions/us-central1': 2,
      'regions/europe-west1': 0,
    });
  });
});
