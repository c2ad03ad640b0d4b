import { expect, test } from 'vitest';
import { authCluster, clusterRoleBindings, clusterRoles, grant, roleBindings, type RuleBody } from './cluster.ts';

const core = (verbs: string, resources: string, names: readonly string[] = []): RuleBody => ({
  verbs: verbs.split(' '),
  apiGroups: [''],
  resources: resources.split(' '),
  ...(names.length > 0 ? { resourceNames: names } : {}),
});
const paths = (...urls: readonly string[]): RuleBody => ({ verbs: ['get'], nonResourceURLs: urls });

const services = '/api/v1/namespaces/default/services';

test.each<[RuleBody, string, string, boolean]>([
  [core('get', 'services'), 'GET', `${services}/a`, true],
  [core('get', 'services'), 'GET', services, false],
  [core('list', 'services'), 'GET', services, true],
  [core('list', 'services'), 'GET', '/api/v1/services', false],
  [core('list', 'services'), 'GET', '/api/v1/namespaces/other/services', false],
  [core('list', 'services'), 'GET', `${services}?watch=1`, false],
  [core('list', 'services'), 'GET', `${services}?watch=false`, true],
  [core('watch', 'services'), 'GET', `${services}?watch=true`, true],
  [core('watch', 'services'), 'GET', '/api/v1/watch/namespaces/default/services', true],
  [core('*', '*'), 'PATCH', `${services}/a/status`, true],
  [core('patch', 'services'), 'PATCH', `${services}/a/status`, false],
  [core('patch', 'services/status'), 'PATCH', `${services}/a/status`, true],
  [core('patch', 'services/status'), 'PATCH', `${services}/a`, false],
  [core('patch', '*/status'), 'PATCH', `${services}/a/status`, true],
  [core('patch', '*/status'), 'PATCH', `${services}/a`, false],
  [core('patch', '*/status'), 'PATCH', `${services}/a/scale`, false],
  [core('get', 'services', ['a']), 'GET', `${services}/a`, true],
  [core('get', 'services', ['a']), 'GET', `${services}/b`, false],
  [core('list', 'services', ['a']), 'GET', services, false],
  [core('list', 'services', ['a']), 'GET', `${services}?fieldSelector=metadata.name%3Da`, true],
  [core('watch', 'services', ['a']), 'GET', `${services}?watch=1&fieldSelector=metadata.name%3Db`, false],
  [core('create', 'services', ['a']), 'POST', services, false],
  [core('delete', 'services'), 'DELETE', services, false],
  [core('deletecollection', 'services'), 'DELETE', services, true],
  [core('get', 'namespaces'), 'GET', '/api/v1/namespaces/default', true],
  [core('get', 'namespaces'), 'GET', '/api/v1/namespaces/other', false],
  [core('update', 'namespaces/finalize'), 'PUT', '/api/v1/namespaces/default/finalize', true],
  [
    { ...core('get', 'leases'), apiGroups: ['*'] },
    'GET',
    '/apis/coordination.k8s.io/v1/namespaces/default/leases/a',
    true,
  ],
  [core('get', 'leases'), 'GET', '/apis/coordination.k8s.io/v1/namespaces/default/leases/a', false],
  [core('get', 'widgets'), 'GET', '/api/v1/namespaces/default/widgets/a', true],
])('a Role with %j: %s %s is %s', async (rule, method, path, allowed) => {
  const cluster = authCluster();
  await grant(cluster, 'default', 'User:jane', rule);
  const body = method === 'GET' || method === 'DELETE' ? undefined : {};
  const { status } = await cluster.call('jane', method, path, body);
  expect(status === 403).toBe(!allowed);
  cluster.api.close();
});

test.each<[RuleBody, string, boolean]>([
  [paths('/metrics'), '/metrics', true],
  [paths('/metrics'), '/metrics/slis', false],
  [paths('/metrics/*'), '/metrics/slis', true],
  [paths('/metrics/*'), '/metrics', false],
  [paths('/met*'), '/metrics', true],
  [paths('*'), '/logs/a', true],
  [{ ...paths('/metrics'), verbs: ['post'] }, '/metrics', false],
])('a ClusterRole with %j: GET %s is %s', async (rule, path, allowed) => {
  const cluster = authCluster();
  await grant(cluster, 'cluster', 'User:jane', rule);
  expect((await cluster.call('jane', 'GET', path)).status).toBe(allowed ? 404 : 403);
});

test.each([
  ['cluster', 'User:jane', 200, 200],
  ['cluster', 'Group:devs', 200, 200],
  ['cluster', 'Group:system:authenticated', 200, 200],
  ['default-by-cluster-role', 'User:jane', 200, 403],
  ['default', 'Group:devs', 200, 403],
  ['cluster', 'User:joe', 403, 403],
] as const)('a binding in %s to %s: %i in its namespace, %i elsewhere', async (scope, subject, here, everywhere) => {
  const cluster = authCluster();
  await grant(cluster, scope, subject, core('list', 'services'));
  expect((await cluster.call('jane', 'GET', services)).status).toBe(here);
  expect((await cluster.call('jane', 'GET', '/api/v1/services')).status).toBe(everywhere);
});

test('a binding to a missing role allows nothing, and the refusal says so', async () => {
  const cluster = authCluster();
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'none' };
  const subjects = [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }];
  await cluster.make(clusterRoleBindings, { metadata: { name: 'b' }, subjects, roleRef });
  await cluster.make(roleBindings, { metadata: { name: 'b' }, subjects, roleRef: { ...roleRef, kind: 'Role' } });
  const { body } = await cluster.call('jane', 'GET', services);
  expect(body.message).toBe(
    'services is forbidden: User "jane" cannot list resource "services" in API group "" in the namespace "default": RBAC: [clusterrole.rbac.authorization.k8s.io "none" not found, role.rbac.authorization.k8s.io "none" not found]',
  );
});

test('permissions come and go with their roles and bindings', async () => {
  const cluster = authCluster();
  const may = async (): Promise<number> => (await cluster.call('jane', 'GET', services)).status;
  await grant(cluster, 'cluster', 'User:jane', core('list', 'services'));
  expect(await may()).toBe(200);
  await cluster.call('root', 'PATCH', `${clusterRoles}/given`, [{ op: 'remove', path: '/rules' }], {
    'content-type': 'application/json-patch+json',
  });
  expect(await may()).toBe(403);
});

test('an aggregated role has the rules of those that its selector chooses, through others too', async () => {
  const cluster = authCluster();
  const rulesOf = async (name: string): Promise<string> => {
    await cluster.clock.advance(1);
    return JSON.stringify((await cluster.call('root', 'GET', `${clusterRoles}/${name}`)).body.rules);
  };
  const widgets = { verbs: ['get'], apiGroups: ['example.com'], resources: ['widgets'] };
  expect(await rulesOf('admin')).not.toContain('widgets');
  const metadata = { name: 'widgets', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } };
  await cluster.make(clusterRoles, { metadata, rules: [widgets] });
  for (const name of ['view', 'edit', 'admin']) expect(await rulesOf(name)).toContain(JSON.stringify(widgets));
  await cluster.call('root', 'DELETE', `${clusterRoles}/widgets`);
  for (const name of ['view', 'edit', 'admin']) expect(await rulesOf(name)).not.toContain('widgets');
});

test('AlwaysAllow lets anybody with a name do everything', async () => {
  const cluster = authCluster({ authorization: 'AlwaysAllow' });
  expect((await cluster.call('joe', 'GET', '/api/v1/secrets')).status).toBe(200);
  expect((await cluster.call('', 'GET', '/api/v1/secrets')).status).toBe(401);
});
