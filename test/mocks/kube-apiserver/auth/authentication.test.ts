import { describe, expect, test } from 'vitest';
import { parseTokenFile } from '../../../../mocks/index.ts';
import { authCluster, grant } from './cluster.ts';

const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const pods = '/api/v1/namespaces/default/pods';

describe('credentials', () => {
  test.each([
    ['none', {}, 401],
    ['a wrong token', { authorization: 'Bearer nope' }, 401],
    ['another scheme', { authorization: 'Basic cm9vdDpyb290' }, 401],
    ['the scheme in another case', { authorization: 'bEaReR root' }, 200],
    ['two spaces', { authorization: 'Bearer  root' }, 401],
    ['more words', { authorization: 'Bearer root now' }, 200],
  ])('%s: %i', async (_title, headers, expected) => {
    const { status, body } = await authCluster().call('', 'GET', pods, undefined, headers);
    expect(status).toBe(expected);
    if (expected === 401) {
      expect(body).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Unauthorized',
        reason: 'Unauthorized',
        code: 401,
      });
    }
  });

  test('without credentials, where that is allowed, one is system:anonymous; a wrong token is not', async () => {
    const cluster = authCluster({ anonymous: true });
    expect((await cluster.call('', 'GET', '/version')).status).toBe(200);
    expect((await cluster.call('', 'GET', pods)).body.message).toContain('User "system:anonymous" cannot list');
    expect((await cluster.call('nope', 'GET', '/version')).status).toBe(401);
  });

  test('a static token gives name, uid, groups and extra', async () => {
    const { body } = await authCluster().call('jane', 'POST', whoAmI, {});
    expect(body.status?.userInfo).toEqual({
      username: 'jane',
      uid: '7',
      groups: ['devs', 'system:authenticated'],
      extra: { team: ['blue'] },
    });
  });
});

describe('impersonation', () => {
  const as = (user: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
    'impersonate-user': user,
    ...more,
  });

  test.each([
    ['a user', as('bob'), ['system:authenticated'], undefined],
    ['groups', as('bob', { 'impersonate-group': 'a, b' }), ['a', 'b', 'system:authenticated'], undefined],
    ['outsiders', as('bob', { 'impersonate-group': 'system:unauthenticated' }), ['system:unauthenticated'], undefined],
    ['nobody', as('system:anonymous'), ['system:unauthenticated'], undefined],
    ['extra', as('bob', { 'impersonate-extra-a%2fb': 'c' }), ['system:authenticated'], { 'a/b': ['c'] }],
    [
      'a service account',
      as('system:serviceaccount:default:x'),
      ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      undefined,
    ],
    ['a node', as('system:node:n1'), ['system:nodes', 'system:authenticated'], undefined],
  ])('the administrator may be %s', async (_title, headers, groups, extra) => {
    const cluster = authCluster({ authorization: 'AlwaysAllow' });
    const { body } = await cluster.call('root', 'POST', whoAmI, {}, headers);
    expect(body.status?.userInfo).toEqual({ username: headers['impersonate-user'], groups, ...(extra && { extra }) });
  });

  test('groups without a user are refused', async () => {
    const { status, body } = await authCluster().call('root', 'GET', pods, undefined, { 'impersonate-group': 'a' });
    expect(status).toBe(400);
    expect(body.message).toContain('without impersonating a user name');
  });

  const legacy = { verbs: ['impersonate'], apiGroups: [''], resources: ['users'] };
  const onList = { verbs: ['impersonate-on:user-info:list'], apiGroups: [''], resources: ['pods'] };
  const toBeBob = {
    verbs: ['impersonate:user-info'],
    apiGroups: ['authentication.k8s.io'],
    resources: ['users'],
    resourceNames: ['bob'],
  };
  const bobIsRefused =
    'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"';

  test.each([
    [
      'nothing',
      [],
      'pods is forbidden: User "jane" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "default"',
    ],
    ['the old verb', [legacy], bobIsRefused],
    ['the two new verbs', [onList, toBeBob], bobIsRefused],
    [
      'what is done, but not whom',
      [onList],
      'users.authentication.k8s.io "bob" is forbidden: User "jane" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
    ],
  ])('with %s', async (_title, rules, message) => {
    const cluster = authCluster();
    await grant(cluster, 'cluster', 'User:jane', ...rules);
    expect((await cluster.call('jane', 'GET', pods, undefined, as('bob'))).body.message).toBe(message);
  });
});

describe('the token file', () => {
  test('columns, quotes, comments', () => {
    expect(parseTokenFile('# tokens\na,ann,1\nb,bob,2,"x,y"\n\nc,"c, jr",3,z\n')).toEqual([
      { token: 'a', user: 'ann', uid: '1', groups: [] },
      { token: 'b', user: 'bob', uid: '2', groups: ['x', 'y'] },
      { token: 'c', user: 'c, jr', uid: '3', groups: ['z'] },
    ]);
  });

  test.each(['a,b', 'a', ',b,c', 'a,"b,c'])('%j is refused', (text) => {
    expect(() => parseTokenFile(text)).toThrow(/Line 1/);
  });
});
