import { describe, expect, it } from 'vitest';
import { rules, type KindRules } from '../../../../mocks/kube-apiserver/kinds/rules.ts';
import { at, isObject, type JsonObject, objectOf } from '../../../../mocks/kube-apiserver/json.ts';
import type { KubeObject } from '../../../../mocks/kube-apiserver/kind.ts';
import { canonicalObject } from '../../../../mocks/kube-apiserver/schema/canonical.ts';
import type { Field, ObjectSchema, Schema } from '../../../../mocks/kube-apiserver/schema/schema.ts';

const kinds: readonly (readonly [keyof typeof rules, KindRules])[] = Object.entries(rules) as [
  keyof typeof rules,
  KindRules,
][];

/** Every field of a schema with its path; shapes that hold themselves would never end. */
function* fieldsOf(schema: Schema, path = ''): Generator<readonly [string, Field]> {
  if (schema.type === 'list') yield* fieldsOf(schema.items, `${path}[]`);
  if (schema.type === 'map') yield* fieldsOf(schema.values, `${path}{}`);
  if (schema.type !== 'object') return;
  for (const [key, field] of Object.entries(schema.fields)) {
    yield [`${path}.${key}`, field];
    yield* fieldsOf(field.schema, `${path}.${key}`);
  }
}

const itemFields = (field: Field): ObjectSchema['fields'] =>
  field.schema.type === 'list' && field.schema.items.type === 'object' ? field.schema.items.fields : {};

describe.each(kinds)('%s', (_name, { schema, strategy }) => {
  it('has a schema whose keys exist and whose fields are all described', () => {
    const broken = [...fieldsOf(schema)].flatMap(([path, field]) => {
      const keys = [...(field.listMapKeys ?? []), ...(field.mergeKey === undefined ? [] : [field.mergeKey])];
      return [
        ...(field.description === '' ? [`${path} is not described`] : []),
        ...keys.filter((key) => !itemFields(field)[key]).map((key) => `${path} has no ${key}`),
        ...(field.listType === 'map' && keys.length === 0 ? [`${path} has no keys`] : []),
      ];
    });
    expect(broken).toEqual([]);
  });

  it('has a canonical form, and defaults that change nothing twice', () => {
    const object: KubeObject = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', namespace: 'default' } };
    const empty = canonicalObject({}, schema);
    expect(canonicalObject(empty, schema)).toEqual(empty);
    const once = strategy.defaults(object);
    expect(JSON.stringify(strategy.defaults(once))).toBe(JSON.stringify(once));
  });
});

function messages(kind: keyof typeof rules, content: JsonObject, metadata: JsonObject = {}): readonly string[] {
  const { strategy } = rules[kind];
  const namespaced = !['/Node', '/Namespace'].includes(kind);
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: kind.split('/')[1] ?? '',
    ...content,
    metadata: { name: 'x', ...(namespaced ? { namespace: 'default' } : {}), ...metadata },
  };
  return strategy.validateCreate(strategy.defaults(object)).map(({ field, message }) => `${field}: ${message}`);
}

const slice = (endpoint: JsonObject, ports: readonly JsonObject[] = []): JsonObject => ({
  addressType: 'IPv4',
  endpoints: [endpoint],
  ports,
});
const many = (count: number, one: (index: number) => JsonObject): readonly JsonObject[] =>
  Array.from({ length: count }, (_, index) => one(index));
const newEvent = {
  regarding: { kind: 'Service', namespace: 'default', name: 'x' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'example.com/c',
  reportingInstance: 'i',
  action: 'Do',
  reason: 'R',
  type: 'Normal',
};

describe('validation', () => {
  it.each([
    [
      'coordination.k8s.io/Lease',
      { spec: { leaseDurationSeconds: 0 } },
      ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
    ],
    [
      'coordination.k8s.io/Lease',
      { spec: { leaseTransitions: -1 } },
      ['spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0'],
    ],
    ['discovery.k8s.io/EndpointSlice', { addressType: '' }, ['addressType: Required value']],
    [
      'discovery.k8s.io/EndpointSlice',
      slice({ addresses: [] }),
      ['endpoints[0].addresses: Required value: must contain at least 1 address'],
    ],
    [
      'discovery.k8s.io/EndpointSlice',
      slice({ addresses: ['fd00::1'] }),
      ['endpoints[0].addresses: Invalid value: "fd00::1": must be an IPv4 address'],
    ],
    [
      'discovery.k8s.io/EndpointSlice',
      slice({ addresses: ['127.0.0.1'] }),
      [
        'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      ],
    ],
    [
      'discovery.k8s.io/EndpointSlice',
      slice({ addresses: ['10.0.0.1'] }, [{ name: 'a' }, { name: 'a' }]),
      ['ports[1].name: Duplicate value: "a"'],
    ],
    [
      'discovery.k8s.io/EndpointSlice',
      slice(
        { addresses: ['10.0.0.1'] },
        many(101, (index) => ({ name: `p${index}` })),
      ),
      ['ports: Too many: 101: must have at most 100 items'],
    ],
    [
      'discovery.k8s.io/EndpointSlice',
      { addressType: 'IPv4', endpoints: many(1001, () => ({ addresses: [] })) },
      ['endpoints: Too many: 1001: must have at most 1000 items'],
    ],
    [
      'discovery.k8s.io/EndpointSlice',
      { ...slice({ addresses: ['a', 'b.example.com.'] }), addressType: 'FQDN' },
      [
        'endpoints[0].addresses[0]: Invalid value: "a": should be a domain with at least two segments separated by dots',
      ],
    ],
    [
      '/ConfigMap',
      { data: { a: '' }, binaryData: { a: '' } },
      ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
    ],
    [
      '/Secret',
      { type: 'kubernetes.io/service-account-token' },
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
    [
      '/Secret',
      { type: 'kubernetes.io/basic-auth' },
      ['data[username]: Required value', 'data[password]: Required value'],
    ],
    ['/Secret', { type: 'kubernetes.io/basic-auth', data: { password: '' } }, []],
    [
      '/Secret',
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'ew==' } },
      ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": unexpected end of JSON input'],
    ],
    ['/Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }, ['data[tls.key]: Required value']],
    [
      '/Event',
      { involvedObject: { namespace: 'other' } },
      ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
    ],
    ['events.k8s.io/Event', newEvent, []],
    ['events.k8s.io/Event', { ...newEvent, eventTime: '' }, ['eventTime: Required value']],
    ['events.k8s.io/Event', { ...newEvent, type: 'Nope' }, ['type: Invalid value: "": has invalid value: Nope']],
    ['events.k8s.io/Event', { ...newEvent, deprecatedCount: 2 }, ['count: Invalid value: "": needs to be unset']],
    [
      '/Node',
      { spec: { podCIDR: 'x' } },
      ['spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ],
    [
      '/Node',
      { spec: { taints: [{ key: 'a', effect: 'Nope' }] } },
      [
        'metadata.taints[0].effect: Unsupported value: "Nope": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
    ],
    ['/Pod', { spec: {} }, ['spec.containers: Required value']],
    [
      '/Pod',
      { spec: { containers: [{ name: 'a', image: 'b', volumeMounts: [{ name: 'v', mountPath: '/v' }] }] } },
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [
      'rbac.authorization.k8s.io/Role',
      { rules: [{ apiGroups: [''], resources: ['pods'] }] },
      ['rules[0].verbs: Required value: verbs must contain at least one value'],
    ],
  ] as const)('%s %j', (kind, content, expected) => {
    expect(messages(kind, content)).toEqual(expected);
  });

  it.each([
    [{ name: 'Upper' }, 'metadata.name: Invalid value: "Upper": a lowercase RFC 1123 subdomain must consist of'],
    [{ name: '' }, 'metadata.name: Required value: name or generateName is required'],
    [
      { labels: { a: 'bad value!' } },
      'metadata.labels: Invalid value: "bad value!": a valid label must be an empty string',
    ],
    [{ annotations: { 'bad key!': '' } }, 'metadata.annotations: Invalid value: "bad key!": name part must consist of'],
    [{ annotations: { a: 'x'.repeat(262_144) } }, 'metadata.annotations: Too long: may not be more than 262144 bytes'],
    [
      { ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'x' }] },
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ],
    [{ finalizers: ['plain'] }, 'name is neither a standard finalizer name nor is it fully qualified'],
  ])('metadata %j', (metadata, message) => {
    expect(messages('/ConfigMap', {}, metadata)).toEqual([expect.stringContaining(message)]);
  });
});

describe('the two faces of an event', () => {
  it('come back the same through the store', () => {
    const { strategy, storage } = rules['events.k8s.io/Event'];
    const event = strategy.defaults({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'x', namespace: 'default' },
      ...newEvent,
      note: 'n',
      series: { count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z' },
    });
    const core = storage.toStored(event);
    expect(core['message']).toBe('n');
    expect(core['reportingComponent']).toBe('example.com/c');
    expect(storage.fromStored(core)).toEqual(event);
  });
});

describe('generation', () => {
  const context = { now: '', user: '', dryRun: false, random: () => 0 };
  it.each([
    ['apps/Deployment', { spec: { replicas: 2 } }, {}, 2],
    ['apps/Deployment', {}, { annotations: { a: 'b' } }, 2],
    ['apps/Deployment', {}, { labels: { a: 'b' } }, 1],
    ['discovery.k8s.io/EndpointSlice', {}, { labels: { a: 'b' } }, 2],
    ['/Pod', {}, { labels: { a: 'b' } }, 1],
    ['/ConfigMap', { data: { a: 'b' } }, {}, undefined],
  ] as const)('of %s after %j %j is %j', (kind, content, metadata, generation) => {
    const { strategy } = rules[kind];
    const old = strategy.prepareCreate(
      strategy.defaults({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x', namespace: 'default' } }),
      context,
    );
    const merged = Object.fromEntries(
      Object.entries(content).map(([key, value]) => [
        key,
        isObject(value) ? { ...objectOf(old[key]), ...value } : value,
      ]),
    );
    const next = { ...old, ...merged, metadata: { ...old.metadata, ...metadata } };
    expect(at(strategy.prepareUpdate(next, old, context), 'metadata', 'generation')).toBe(generation);
  });
});
