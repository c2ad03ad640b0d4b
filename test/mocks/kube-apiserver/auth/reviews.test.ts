import { describe, expect, test } from 'vitest';
import { authCluster, grant } from './cluster.ts';

const authorization = '/apis/authorization.k8s.io/v1';
const attributes = { namespace: 'default', verb: 'list', resource: 'services' };
const rule = { verbs: ['list'], apiGroups: [''], resources: ['services'] };

describe('access reviews', () => {
  test.each([
    ['cluster', 'User:jane', 'RBAC: allowed by ClusterRoleBinding "given" of ClusterRole "given" to User "jane"'],
    ['cluster', 'Group:devs', 'RBAC: allowed by ClusterRoleBinding "given" of ClusterRole "given" to Group "devs"'],
    ['default', 'User:jane', 'RBAC: allowed by RoleBinding "given/default" of Role "given" to User "jane"'],
    [
      'default-by-cluster-role',
      'User:jane',
      'RBAC: allowed by RoleBinding "given/default" of ClusterRole "given" to User "jane"',
    ],
  ] as const)('say why: %s, %s', async (scope, subject, reason) => {
    const cluster = authCluster();
    await grant(cluster, scope, subject, rule);
    const question = { spec: { resourceAttributes: attributes } };
    const own = await cluster.call('jane', 'POST', `${authorization}/selfsubjectaccessreviews`, question);
    expect(own.body.status).toEqual({ allowed: true, reason });
    const spec = { ...question.spec, user: 'jane', groups: ['devs'] };
    for (const path of ['subjectaccessreviews', 'namespaces/default/localsubjectaccessreviews']) {
      const { body } = await cluster.call('root', 'POST', `${authorization}/${path}`, { spec });
      expect(body.status).toEqual({ allowed: true, reason });
    }
    const { body } = await cluster.call('joe', 'POST', `${authorization}/selfsubjectaccessreviews`, question);
    expect(body.status).toEqual({ allowed: false });
  });

  test('paths are reviewed as well', async () => {
    const cluster = authCluster();
    const may = async (path: string): Promise<unknown> => {
      const spec = { nonResourceAttributes: { path, verb: 'get' } };
      return (await cluster.call('jane', 'POST', `${authorization}/selfsubjectaccessreviews`, { spec })).body.status;
    };
    expect(await may('/version')).toMatchObject({ allowed: true });
    expect(await may('/metrics')).toEqual({ allowed: false });
  });

  const local = 'namespaces/default/localsubjectaccessreviews';
  const path = { path: '/x', verb: 'get' };
  test.each([
    [
      'selfsubjectaccessreviews',
      { resourceAttributes: attributes, nonResourceAttributes: path },
      'spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":"get"}: cannot be specified in combination with resourceAttributes',
    ],
    [
      'subjectaccessreviews',
      { resourceAttributes: attributes },
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
    [
      local,
      { user: 'a', resourceAttributes: { ...attributes, namespace: 'other' } },
      'spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
    ],
    [
      local,
      { user: 'a', nonResourceAttributes: path },
      'spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":"get"}: disallowed on this kind of request',
    ],
    [
      'selfsubjectaccessreviews',
      { resourceAttributes: { ...attributes, fieldSelector: {} } },
      'spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
    ],
  ])('%s refuses %j', async (plural, spec, message) => {
    const { status, body } = await authCluster().call('root', 'POST', `${authorization}/${plural}`, { spec });
    expect(status).toBe(422);
    expect(body.message).toBe(`.authorization.k8s.io "" is invalid: ${message}`);
  });

  test('SelfSubjectRulesReview lists what is held in the namespace', async () => {
    const cluster = authCluster();
    await grant(cluster, 'default', 'User:jane', { ...rule, resourceNames: ['a'] });
    const review = async (namespace: string): Promise<readonly unknown[]> => {
      const path_ = `${authorization}/selfsubjectrulesreviews`;
      return (await cluster.call('jane', 'POST', path_, { spec: { namespace } })).body.status?.resourceRules ?? [];
    };
    expect(await review('default')).toContainEqual({ ...rule, resourceNames: ['a'] });
    expect(await review('other')).not.toContainEqual({ ...rule, resourceNames: ['a'] });
    const empty = await cluster.call('jane', 'POST', `${authorization}/selfsubjectrulesreviews`, { spec: {} });
    expect(empty).toMatchObject({ status: 400, body: { message: 'no namespace on request' } });
  });
});

describe('tokens of service accounts', () => {
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
  const issuer = 'https://kubernetes.default.svc.cluster.local';

  async function withRobot(): Promise<ReturnType<typeof authCluster>> {
    const cluster = authCluster();
    await cluster.make(accounts, { metadata: { name: 'robot' } });
    return cluster;
  }

  test('are good until they end, a minute of grace included', async () => {
    const cluster = await withRobot();
    const { status, body } = await cluster.call('root', 'POST', `${accounts}/robot/token`, {
      spec: { expirationSeconds: 600 },
    });
    expect(status).toBe(201);
    const token = body.status?.token ?? '';
    const listed = async (): Promise<number> => (await cluster.call(token, 'GET', '/api')).status;
    expect(await listed()).toBe(200);
    await cluster.clock.advance(659_000);
    expect(await listed()).toBe(200);
    await cluster.clock.advance(2000);
    expect(await listed()).toBe(401);
    const review = await cluster.call('root', 'POST', reviews, { spec: { token } });
    expect(review.body.status).toEqual({ user: {}, error: 'service account token has expired' });
  });

  test('die with their account', async () => {
    const cluster = await withRobot();
    const { body } = await cluster.call('root', 'POST', `${accounts}/robot/token`, { spec: {} });
    const token = body.status?.token ?? '';
    await cluster.call('root', 'DELETE', `${accounts}/robot`);
    await cluster.make(accounts, { metadata: { name: 'robot' } });
    expect((await cluster.call(token, 'GET', '/api')).status).toBe(401);
  });

  test.each([
    ['Secret', '/api/v1/namespaces/default/secrets', {}],
    ['Node', '/api/v1/nodes', {}],
    [
      'Pod',
      '/api/v1/namespaces/default/pods',
      { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'i' }] },
    ],
  ])('die with the %s that they are bound to', async (kind, path, spec) => {
    const cluster = await withRobot();
    await cluster.make(path, { metadata: { name: 'x' }, ...(kind === 'Pod' ? { spec } : {}) });
    const boundObjectRef = { apiVersion: 'v1', kind, name: 'x' };
    const { body } = await cluster.call('root', 'POST', `${accounts}/robot/token`, { spec: { boundObjectRef } });
    const token = body.status?.token ?? '';
    expect((await cluster.call(token, 'GET', '/api')).status).toBe(200);
    await cluster.call('root', 'DELETE', `${path}/x?gracePeriodSeconds=0`);
    await cluster.clock.advance(1);
    expect((await cluster.call(token, 'GET', '/api')).status).toBe(401);
  });

  test('are for their audiences only', async () => {
    const cluster = await withRobot();
    const { body } = await cluster.call('root', 'POST', `${accounts}/robot/token`, { spec: { audiences: ['vault'] } });
    const token = body.status?.token ?? '';
    expect((await cluster.call(token, 'GET', '/api')).status).toBe(401);
    const { body: review } = await cluster.call('root', 'POST', reviews, {
      spec: { token, audiences: ['vault', 'x'] },
    });
    expect(review.status).toMatchObject({ authenticated: true, audiences: ['vault'] });
    expect(review.status?.user).toMatchObject({
      username: 'system:serviceaccount:default:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
  });

  test('a token that was changed is none', async () => {
    const cluster = await withRobot();
    const { body } = await cluster.call('root', 'POST', `${accounts}/robot/token`, { spec: {} });
    const [head = '', claims = '', signature = ''] = (body.status?.token ?? '').split('.');
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...read, sub: 'x' })).toString('base64url');
    expect((await cluster.call(`${head}.${claims}.${signature}`, 'GET', '/api')).status).toBe(200);
    expect((await cluster.call(`${head}.${forged}.${signature}`, 'GET', '/api')).status).toBe(401);
    expect((await cluster.call(`${head}.${claims}.`, 'GET', '/api')).status).toBe(401);
  });

  test.each([
    [
      { expirationSeconds: 599 },
      422,
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [{ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'no' } }, 404, 'pods "no" not found'],
    [
      { boundObjectRef: { apiVersion: 'v1', kind: 'Service', name: 'kubernetes' } },
      400,
      'cannot bind token to object of type /v1, Kind=Service',
    ],
  ])('%j: %i', async (spec, expected, message) => {
    const cluster = await withRobot();
    const { status, body } = await cluster.call('root', 'POST', `${accounts}/robot/token`, { spec });
    expect(status).toBe(expected);
    expect(body.message).toContain(message);
  });

  test('static tokens are reviewed too', async () => {
    const cluster = authCluster();
    const { body } = await cluster.call('root', 'POST', reviews, { spec: { token: 'joe' } });
    expect(body.status).toEqual({
      authenticated: true,
      user: { username: 'joe', groups: ['system:authenticated'] },
      audiences: [issuer],
    });
    const wrong = await cluster.call('root', 'POST', reviews, { spec: { token: 'nope' } });
    expect(wrong.body.status).toEqual({ user: {}, error: 'invalid bearer token' });
  });
});
