import { describe, expect, test } from 'vitest';
import { type AuthCluster, authCluster, clusterRoles, grant, rbac, roleBindings, roles } from './cluster.ts';

const podReader = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };
const writesRoles = {
  verbs: ['*'],
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['roles', 'rolebindings', 'clusterroles'],
};

async function roleWriter(...more: Parameters<typeof grant>[3][]): Promise<AuthCluster> {
  const cluster = authCluster();
  await grant(
    cluster,
    'cluster',
    'User:jane',
    { ...writesRoles, verbs: ['create', 'update', 'patch', 'get'] },
    ...more,
  );
  return cluster;
}

const message = `roles.rbac.authorization.k8s.io "r" is forbidden: user "jane" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`;

describe('roles', () => {
  test('nobody gives what he does not hold', async () => {
    const cluster = await roleWriter();
    const { status, body } = await cluster.call('jane', 'POST', roles, { metadata: { name: 'r' }, rules: [podReader] });
    expect({ status, message: body.message }).toEqual({ status: 403, message });
    expect(body.details).toEqual({ name: 'r', group: 'rbac.authorization.k8s.io', kind: 'roles' });
  });

  test.each([
    ['the same', podReader],
    ['all verbs', { ...podReader, verbs: ['*'] }],
    ['all groups', { ...podReader, apiGroups: ['*'] }],
    ['all resources', { ...podReader, resources: ['*'] }],
    ['each verb by itself', podReader],
  ])('he may when he holds %s', async (_title, held) => {
    const cluster = await roleWriter(held);
    expect((await cluster.call('jane', 'POST', roles, { metadata: { name: 'r' }, rules: [podReader] })).status).toBe(
      201,
    );
  });

  test.each([
    ['one name only', { ...podReader, resourceNames: ['a'] }],
    ['a subresource only', { ...podReader, resources: ['pods/log'] }],
    ['another group', { ...podReader, apiGroups: ['apps'] }],
  ])('he may not when he holds %s', async (_title, held) => {
    const cluster = await roleWriter(held);
    expect((await cluster.call('jane', 'POST', roles, { metadata: { name: 'r' }, rules: [podReader] })).status).toBe(
      403,
    );
  });

  test('the verb escalate lifts the rule, for the named role', async () => {
    const cluster = await roleWriter({ ...writesRoles, verbs: ['escalate'], resourceNames: ['r'] });
    await cluster.make(roles, { metadata: { name: 'r' }, rules: [] }, { metadata: { name: 's' }, rules: [] });
    const put = (name: string): ReturnType<AuthCluster['call']> =>
      cluster.call('jane', 'PUT', `${roles}/${name}`, { metadata: { name }, rules: [podReader] });
    expect((await put('r')).status).toBe(200);
    expect((await put('s')).status).toBe(403);
  });

  test('a patch is judged by what comes of it', async () => {
    const cluster = await roleWriter();
    await cluster.make(roles, { metadata: { name: 'r' }, rules: [] });
    const patch = { rules: [podReader] };
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await cluster.call('jane', 'PATCH', `${roles}/r`, patch, headers)).body.message).toBe(message);
  });

  test('a PUT that creates is judged like a POST', async () => {
    const cluster = await roleWriter();
    const put = (token: string): ReturnType<AuthCluster['call']> =>
      cluster.call(token, 'PUT', `${roles}/r`, { metadata: { name: 'r' }, rules: [podReader] });
    expect((await put('jane')).body.message).toBe(message);
    expect((await put('root')).status).toBe(201);
  });

  test('an aggregationRule needs all of cluster-admin', async () => {
    const cluster = await roleWriter(podReader);
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    const role = { metadata: { name: 'r' }, aggregationRule };
    expect((await cluster.call('jane', 'POST', clusterRoles, role)).body.message).toBe(
      'clusterroles.rbac.authorization.k8s.io "r" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    );
    expect((await cluster.call('root', 'POST', clusterRoles, role)).status).toBe(201);
  });
});

describe('bindings', () => {
  const binding = (kind: string, name: string): object => ({
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'User', name: 'joe' }],
  });

  test.each([
    ['what he does not hold', 'cluster-admin', 403],
    ['what he holds', 'given', 201],
    ['a role that does not exist', 'none', 404],
  ])('to bind %s is %s: %i', async (_title, role, expected) => {
    const cluster = await roleWriter();
    const { status, body } = await cluster.call('jane', 'POST', roleBindings, binding('ClusterRole', role));
    expect(status).toBe(expected);
    if (expected === 404) expect(body.message).toBe('clusterroles.rbac.authorization.k8s.io "none" not found');
    if (expected === 403) {
      expect(body.message).toContain(
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
      );
    }
  });

  test('the verb bind lifts the rule, for the named role', async () => {
    const cluster = await roleWriter({ ...writesRoles, verbs: ['bind'], resourceNames: ['admin'] });
    expect((await cluster.call('jane', 'POST', roleBindings, binding('ClusterRole', 'admin'))).status).toBe(201);
    const other = `${rbac}/namespaces/kube-public/rolebindings`;
    expect((await cluster.call('jane', 'POST', other, binding('ClusterRole', 'cluster-admin'))).status).toBe(403);
  });
});
