import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attributes } from '../../../../mocks/kube-apiserver/auth/attributes.ts';
import { uncovered } from '../../../../mocks/kube-apiserver/auth/rbac/covers.ts';
import { type PolicyRule, ruleAllows } from '../../../../mocks/kube-apiserver/auth/rbac/policy-rule.ts';

const some = (...values: readonly string[]): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });

const onResources = fc.record({
  verbs: some('get', 'patch', '*'),
  apiGroups: some('', 'apps', '*'),
  resources: some('pods', 'pods/status', 'nodes', '*/status', '*'),
  resourceNames: fc.oneof(fc.constant([]), some('a', 'b')),
  nonResourceURLs: fc.constant([]),
});
const onPaths = fc.record({
  verbs: some('get', 'patch', '*'),
  apiGroups: fc.constant([]),
  resources: fc.constant([]),
  resourceNames: fc.constant([]),
  nonResourceURLs: some('/a', '/a/*', '/a/b', '/a/b*', '*'),
});
const rules: fc.Arbitrary<PolicyRule[]> = fc.array(fc.oneof(onResources, onPaths), { maxLength: 4 });

/** Every request that these rules can tell apart. */
const requests: readonly Attributes[] = ['get', 'patch', 'delete'].flatMap((verb) => [
  ...['/a', '/a/', '/a/b', '/a/bc', '/c'].map((path): Attributes => ({ type: 'path', verb, path })),
  ...['', 'apps', 'other'].flatMap((group) =>
    [
      ['pods', ''],
      ['pods', 'status'],
      ['nodes', ''],
      ['nodes', 'status'],
      ['pods', 'log'],
    ].flatMap(([resource = '', subresource = '']) =>
      ['', 'a', 'b', 'c'].map(
        (name): Attributes => ({
          type: 'resource',
          verb,
          group,
          version: 'v1',
          resource,
          subresource,
          namespace: '',
          name,
        }),
      ),
    ),
  ),
]);

const allows = (all: readonly PolicyRule[], request: Attributes): boolean =>
  all.some((rule) => ruleAllows(rule, request));

test('what is covered allows nothing that was not held', () => {
  let covered = 0;
  fc.assert(
    fc.property(rules, rules, (held, wanted) => {
      if (uncovered(held, wanted).length > 0) return;
      covered += wanted.length;
      for (const request of requests) if (allows(wanted, request)) expect(allows(held, request)).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(covered).toBeGreaterThan(100);
});

test('all that is held may be given, and no rule is covered by nothing', () => {
  fc.assert(
    fc.property(rules, rules, (held, more) => {
      expect(uncovered([...more, ...held], held)).toEqual([]);
      expect(uncovered([], held).length > 0).toBe(held.length > 0);
    }),
  );
});
