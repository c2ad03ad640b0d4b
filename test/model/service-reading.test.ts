import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { PorticoError } from '../../src/errors.ts';
import { readNode } from '../../src/model/node.ts';
import { readService } from '../../src/model/service.ts';

const metadata = {
  namespace: 'shop',
  name: 'web',
  uid: 'u',
  resourceVersion: '7',
  deletionTimestamp: '2026-01-01T00:00:00Z',
  labels: { a: 'b' },
  annotations: { 'portico.dev/scheme': 'internal' },
  finalizers: ['f'],
};
const service = {
  metadata,
  spec: {
    type: 'LoadBalancer',
    loadBalancerClass: 'c',
    loadBalancerIP: '10.0.0.1',
    loadBalancerSourceRanges: ['10.0.0.0/8'],
    ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort: 30_080 }],
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 31_999,
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    ipFamilies: ['IPv4'],
  },
  status: {
    loadBalancer: { ingress: [{ ip: '198.51.100.1' }] },
    conditions: [{ type: 't', status: 'True', reason: 'r', message: 'm', lastTransitionTime: '' }],
  },
};
const node = { metadata, spec: { providerID: 'gce://p/z/n', taints: [{ key: 'ToBeDeletedByClusterAutoscaler' }] } };

type Path = readonly (string | number)[];
const pathsIn = (value: unknown, path: Path = []): readonly Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, each]) => {
        const own = [...path, Array.isArray(value) ? Number(key) : key];
        return [own, ...pathsIn(each, own)];
      })
    : [];
const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string | number, unknown>>)[key], value);
function withValue(whole: object, path: Path, value: unknown): unknown {
  const copy = structuredClone(whole);
  (at(copy, path.slice(0, -1)) as Record<string | number, unknown>)[path.at(-1) ?? ''] = value;
  return copy;
}
const shapeOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

it.each([
  ['Service', service, readService],
  ['Node', node, readNode],
])(
  'a field of a %s that is of another type than it can have is refused, never taken for a missing one',
  (_, whole, read) => {
    // Of an ingress, a condition and a taint the fields are looked at one by one, where they mean something.
    const paths = pathsIn(whole).filter((path) => !/ingress,0,|conditions,0,|taints,0,/.test(path.join()));
    expect(paths.length).toBeGreaterThan(10);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
        fc.pre(value !== null && shapeOf(value) !== shapeOf(at(whole, path)));
        expect(() => read(withValue(whole, path, value))).toThrow(PorticoError);
      }),
      { numRuns: 500 },
    );
  },
);

it.each<[object, string, string, string]>([
  [{ type: 5 }, 'type', '5', 'text'],
  [{ healthCheckNodePort: 'x' }, 'healthCheckNodePort', '"x"', 'a number'],
  [{ sessionAffinityConfig: [] }, 'sessionAffinityConfig', '[]', 'an object'],
  [{ loadBalancerSourceRanges: [5] }, 'loadBalancerSourceRanges', '[5]', 'a list of texts'],
  [{ ports: {} }, 'ports', '{}', 'a list of objects'],
  [{ ports: [null] }, 'ports', '[null]', 'a list of objects'],
  [{ type: ['x'.repeat(100)] }, 'type', `["${'x'.repeat(78)}`, 'text'],
])(
  '%j is refused with the field, what it is, at most the beginning of that, and what it should be',
  (spec, ...said) => {
    const [field, found, what] = said;
    const message = `The field ${field} is ${found}, which is not ${what}.`;
    expect(() => readService({ metadata, spec })).toThrow(expect.objectContaining({ code: 'invalid', message }));
  },
);

it('a map of texts holds nothing else', () => {
  const message = 'The field labels is {"a":1}, which is not a map of texts.';
  expect(() => readNode({ metadata: { ...metadata, labels: { a: 1 } } })).toThrow(expect.objectContaining({ message }));
});
