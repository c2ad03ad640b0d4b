import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiCall } from '../../../providers/gce/compute/calls.ts';
import { compute } from '../../../providers/gce/compute/compute.ts';
import { sdkWire } from '../../../providers/gce/compute/sdk.ts';
import {
  createGceProvider,
  type HttpAnswer,
  type HttpRequest,
  restWire,
  type Transport,
  type Wire,
} from '../../../providers/gce/index.ts';
import { machineOf } from '../../../providers/gce/paths.ts';
import { formatMark } from '../../../src/model/owner.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { PorticoError } from '../../../src/errors.ts';
import { virtualClock } from '../../virtual-clock.ts';
import { clusterOwner, serviceOwner } from './scene.ts';

/** The frame that a call's answer has to have, around what is wrong. */
function framed({ path }: HttpRequest, items: readonly object[]): HttpAnswer {
  const [, scope, segment = '', name, action] =
    /\/projects\/portico\/(aggregated|global|[a-z]+\/[^/]+)\/(\w+)(?:\/([^/?]+)(?:\/(\w+))?)?/.exec(path) ?? [];
  const one = segment === 'addresses' ? 'address' : segment.slice(0, -1);
  const plural = { kind: `compute#${one}List`, items };
  const everywhere = { kind: `compute#${one}AggregatedList`, items: { 'zones/us-central1-a': { [segment]: items } } };
  const members = { kind: 'compute#instanceGroupsListInstances', items };
  const single = { ...items[0], kind: `compute#${one}` };
  const body =
    scope === 'aggregated' ? everywhere : name === undefined ? plural : action === 'listInstances' ? members : single;
  return { status: 200, headers: {}, body: JSON.stringify(body) };
}

/** Resources with fields that are read, of types that they cannot have, and some that they can. */
const resources = fc.dictionary(
  fc.constantFrom(
    'name',
    'description',
    'address',
    'IPAddress',
    'zone',
    'allowed',
    'backends',
    'labels',
    'users',
    'selfLink',
    'ports',
    'portRange',
    'sourceRanges',
    'status',
    'targetLink',
  ),
  fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      'k8s-test-web',
      'portico-0123-web',
      '10.0.0.1',
      '80-80',
      'RUNNING',
      'https://www.googleapis.com/compute/v1/projects/portico/global/firewalls/x',
      '{"portico":1}',
      formatMark({ owner: serviceOwner(), role: 'address/a' }),
      formatMark({ owner: serviceOwner(), role: 'forwarding-rule/a' }),
      formatMark({ owner: serviceOwner(), role: 'firewall/f' }),
      formatMark({ owner: serviceOwner(), role: 'nonsense' }),
      formatMark({ owner: clusterOwner, role: 'instance-group/us-central1-a' }),
    ),
  ),
);

/** What something that is not the Compute API, or is not well, may answer. */
const bodies: fc.Arbitrary<string> = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.jsonValue().map((items) => JSON.stringify({ items })),
  fc.array(fc.jsonValue(), { maxLength: 5 }).map((items) => JSON.stringify({ items })),
  fc.array(resources, { maxLength: 4 }).map((items) => JSON.stringify({ items })),
  fc.dictionary(fc.string(), fc.jsonValue()).map((items) => JSON.stringify({ items, kind: 'compute#list' })),
  fc.constantFrom('', '<!DOCTYPE html><html>Bad Gateway</html>', '{"items":', '[]', 'null', '"', '{"nextPageToken":7}'),
  fc.constant(JSON.stringify({ items: [{ name: 'x'.repeat(200_000), description: '{"portico":' }] })),
);
const statuses = fc.oneof(
  { weight: 6, arbitrary: fc.constant(200) },
  { weight: 1, arbitrary: fc.integer({ min: 201, max: 599 }) },
);
const answers: fc.Arbitrary<HttpAnswer> = fc.record({ status: statuses, headers: fc.constant({}), body: bodies });

/** The official client works in its own time, so there an hour passes in two seconds. */
const speed = 2000;
const hurried: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * speed,
  sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  after: (ms, call) => systemClock.after(ms / speed, call),
};

interface Way {
  readonly wireOver: (transport: Transport) => Wire;
  /** Runs with a clock on which time goes by. */
  readonly run: (work: (clock: Clock) => Promise<unknown>) => Promise<unknown>;
}

/** Both ways to make the calls: the official client, as in a cluster, and plain REST, as in the simulation. */
const wires: readonly (readonly [string, Way])[] = [
  ['the official client', { wireOver: (transport) => sdkWire(transport, 'portico'), run: (work) => work(hurried) }],
  [
    'plain REST',
    {
      wireOver: restWire,
      run: (work) => {
        const clock = virtualClock();
        return clock.run(work(clock), 3_600_000);
      },
    },
  ],
];

describe.each(wires)('over %s', (_name, { wireOver, run }) => {
  /** One client for all: it takes a while to come up. */
  let given: (request: HttpRequest) => HttpAnswer = () => ({ status: 500, headers: {}, body: '' });
  const wire = wireOver({ send: async (request) => given(request), close: () => Promise.resolve() });
  const { signal } = new AbortController();

  const look = (answer: (request: HttpRequest, nth: number) => HttpAnswer): Promise<unknown> => {
    let calls = 0;
    given = (request) => {
      const reads = request.method === 'GET' || /\/(wait|listInstances)(\?|$)/.test(request.path);
      expect(reads, `${request.method} ${request.path}`).toBe(true);
      return answer(request, (calls += 1));
    };
    return run(async (clock) => {
      const provider = createGceProvider({ project: 'portico', region: 'us-central1' }, { clock, wire });
      const stop = new AbortController();
      // An operation that never ends is ended by whoever waits.
      const cancel = clock.after(600_000, () => stop.abort());
      const { graph } = await provider.observe(serviceOwner(), ['address/a', 'firewall/f'], stop.signal);
      await provider.cluster.observe(clusterOwner, [], stop.signal);
      cancel();
      return graph.size;
    }).catch((error: unknown) => error);
  };
  const isKnown = (outcome: unknown): boolean => outcome instanceof PorticoError && outcome.code !== 'internal';

  it('whatever the Compute API answers, a look at the cloud ends with a picture or an error of a known code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answers, { minLength: 1, maxLength: 12 }), async (script) => {
        const outcome = await look((_, nth) => script[nth % script.length] ?? { status: 500, headers: {}, body: '' });
        expect(outcome).toSatisfy(isKnown);
      }),
      { numRuns: 100 },
    );
  });

  it('whatever the resources in its answers look like, so it does, and nothing without our mark is seen as ours', async () => {
    let pictures = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(resources, { maxLength: 4 }), { minLength: 1, maxLength: 12 }),
        async (script) => {
          const outcome = await look((request, nth) => framed(request, script[nth % script.length] ?? []));
          if (typeof outcome !== 'number') expect(outcome).toSatisfy(isKnown);
          else {
            pictures += 1;
            if (!JSON.stringify(script).includes('uid-web')) expect(outcome).toBe(0);
          }
        },
      ),
      { numRuns: 200 },
    );
    expect(pictures).toBeGreaterThan(20);
  });

  const calls = [
    ['list', { collection: 'forwardingRules', verb: 'list', location: 'r' }, 'compute#forwardingRuleList'],
    [
      'aggregated list',
      { collection: 'instanceGroups', verb: 'aggregatedList' },
      'compute#instanceGroupAggregatedList',
    ],
    [
      'list of members',
      { collection: 'instanceGroups', verb: 'listInstances', location: 'z', name: 'g', body: {} },
      'compute#instanceGroupsListInstances',
    ],
    ['get', { collection: 'addresses', verb: 'get', location: 'r', name: 'x' }, 'compute#address'],
    ['change', { collection: 'firewalls', verb: 'delete', name: 'f' }, 'compute#operation'],
  ] as const satisfies readonly (readonly [string, Omit<ApiCall, 'project'>, string])[];

  describe.each(calls)('an answer of 200 to a %s', (_call, call, kind) => {
    const ask = async (body: string): Promise<unknown> => {
      given = () => ({ status: 200, headers: {}, body });
      try {
        return await wire.call({ project: 'portico', ...call }, signal);
      } catch (error) {
        return error;
      }
    };

    it('of its kind is an answer, and an empty list has no items', async () => {
      expect(await ask(JSON.stringify({ kind, name: 'x' }))).toMatchObject({ kind });
    });

    it.each([
      ['is an empty object', '{}'],
      ['is nothing', ''],
      ['is HTML', '<!DOCTYPE html><html>Sign in</html>'],
      ['is cut off', `{"kind":"${kind}","name":"x","items":[`],
      ['is a list in JSON', '[]'],
      ['is null', 'null'],
      ['has no kind', '{"name":"x","items":[]}'],
      ['is of another kind', '{"kind":"compute#snapshotList","name":"x"}'],
    ])('that %s is an error to be tried again', async (_, body) => {
      expect(await ask(body)).toMatchObject({ code: 'transient' });
    });
  });

  it.each([
    ['get', { collection: 'addresses', verb: 'get', project: 'portico', location: 'r', name: 'a' }, 'compute#address'],
    ['wait', { collection: 'globalOperations', verb: 'wait', project: 'portico', name: 'a' }, 'compute#operation'],
  ] as const)(
    'an answer to a %s that is about another one is an error to be tried again',
    async (_verb, call, kind) => {
      given = () => ({ status: 200, headers: {}, body: JSON.stringify({ kind, name: 'b', status: 'DONE' }) });
      expect(await wire.call(call, signal).catch((error: unknown) => error)).toMatchObject({ code: 'transient' });
      given = () => ({ status: 200, headers: {}, body: JSON.stringify({ kind, name: 'a', status: 'DONE' }) });
      expect(await wire.call(call, signal)).toMatchObject({ name: 'a' });
    },
  );

  it.each([
    ['whose items are no list', { items: 'none' }],
    ['whose next page is no text', { nextPageToken: { page: 2 } }],
  ])('a list %s is an error to be tried again', async (_, more) => {
    given = () => ({ status: 200, headers: {}, body: JSON.stringify({ kind: 'compute#addressList', ...more }) });
    const call = { collection: 'addresses', verb: 'list', project: 'portico', location: 'r' } as const;
    expect(await wire.call(call, signal).catch((error: unknown) => error)).toMatchObject({ code: 'transient' });
  });
});

it('a list whose next page is always the same is an error, not one without end', async () => {
  const clock = virtualClock();
  const page = { kind: 'compute#addressList', nextPageToken: 'more' };
  const api = compute({ call: () => Promise.resolve(page), close: () => Promise.resolve() }, { clock });
  const call = { collection: 'addresses', verb: 'list', project: 'portico', location: 'r' } as const;
  const { signal } = new AbortController();
  const outcome = clock.run(
    api.list(call, signal).catch((error: unknown) => error),
    3_600_000,
  );
  expect(await outcome).toMatchObject({ code: 'transient' });
});

it('a providerID is a machine of three plain parts or nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^gce:\/\/[^/]{0,5}\/{0,2}[^/]{0,5}\/[^/]{0,5}\/?$/)),
      (text) => {
        const machine = machineOf(text);
        if (machine) expect(`gce://${machine.project}/${machine.zone}/${machine.name}`).toBe(text);
        else expect(text).not.toMatch(/^gce:\/\/[^/]+\/[^/]+\/[^/]+$/);
      },
    ),
    { numRuns: 500 },
  );
});
