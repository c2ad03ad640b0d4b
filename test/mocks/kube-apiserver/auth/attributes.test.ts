import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attributesOf } from '../../../../mocks/kube-apiserver/auth/attributes.ts';
import { kinds } from '../../../../mocks/kube-apiserver/kinds/served.ts';
import { createResources, route } from '../../../../mocks/kube-apiserver/route.ts';

const resources = createResources(kinds);

const words =
  'api apis v1 apps watch proxy namespaces default services nodes deployments leases coordination.k8s.io a status finalize token serviceaccounts %2F a%2Fstatus';
const segment = fc.constantFrom('', ...words.split(' '));
const start = fc.constantFrom(
  '/api/v1',
  '/api/v1/namespaces/default',
  '/apis/apps/v1',
  '/apis/coordination.k8s.io/v1',
  '',
);
const path = fc.tuple(start, fc.array(segment, { maxLength: 5 })).map(([first, rest]) => [first, ...rest].join('/'));

test('what is done is what was asked for: the path that is served is the one that was authorized', () => {
  let found = 0;
  fc.assert(
    fc.property(path, (each) => {
      const served = route(each, resources);
      if (served.type !== 'resource') return;
      found += 1;
      const { kind, namespace, name, subresource } = served;
      const asked = attributesOf('PUT', each, new URLSearchParams());
      // A namespace by itself is authorized within itself.
      const own = kind.kind === 'Namespace' ? { namespace: name } : { namespace };
      expect(asked).toMatchObject({
        type: 'resource',
        group: kind.group,
        resource: kind.plural,
        name,
        subresource,
        ...own,
      });
    }),
    { numRuns: 5000 },
  );
  expect(found).toBeGreaterThan(200);
});

test.each([
  ['GET', '/api/v1/services?watch=True', 'watch'],
  ['GET', '/api/v1/services?watch=False', 'list'],
  ['GET', '/api/v1/services?watch=0', 'list'],
  ['GET', '/api/v1/services?watch', 'watch'],
  ['HEAD', '/api/v1/services', 'list'],
  ['GET', '/api/v1/watch/services', 'watch'],
  ['GET', '/api/v1/namespaces/default/services/a?watch=1', 'get'],
  ['DELETE', '/api/v1/namespaces/default/services', 'deletecollection'],
  ['GET', '/apis/apps/v1', 'get'],
  ['OPTIONS', '/version', 'options'],
])('%s %s asks to %s', (method, url, verb) => {
  const [start_ = '', query = ''] = url.split('?');
  expect(attributesOf(method, start_, new URLSearchParams(query)).verb).toBe(verb);
});
