import { expect, test } from 'vitest';
import { createKubeApi } from '../../../../mocks/index.ts';
import { ask, textOfAnswer } from '../ask.ts';

const group = 'rbac.authorization.k8s.io';
const local = `/apis/${group}/v1/namespaces/default`;
const wide = `/apis/${group}/v1`;
const roleRef = { apiGroup: group, kind: 'Role', name: 'r' };

async function refused(method: string, path: string, body: object, before?: object): Promise<string> {
  const api = createKubeApi({ seed: 1 });
  if (before) await ask(api, 'POST', path.replace(/\/x$/, ''), before);
  const answer = await ask(api, method, path, body);
  api.close();
  const { message = '' } = JSON.parse(textOfAnswer(answer)) as { readonly message?: string };
  return `${answer.status} ${message}`;
}

test.each([
  [{ apiGroups: [''], resources: ['pods'] }, 'rules[0].verbs: Required value: verbs must contain at least one value'],
  [
    { verbs: ['get'], resources: ['pods'] },
    'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
  ],
  [
    { verbs: ['get'], apiGroups: [''] },
    'rules[0].resources: Required value: resource rules must supply at least one resource',
  ],
  [
    { verbs: ['get'], nonResourceURLs: ['/a'], resources: ['pods'] },
    '[rules[0].nonResourceURLs: Invalid value: ["/a"]: namespaced rules cannot apply to non-resource URLs, rules[0].nonResourceURLs: Invalid value: ["/a"]: rules cannot apply to both regular resources and non-resource URLs]',
  ],
])('a Role with the rule %j is refused', async (rule, why) => {
  const role = { metadata: { name: 'x' }, rules: [rule] };
  expect(await refused('POST', `${local}/roles`, role)).toBe(`422 Role.${group} "x" is invalid: ${why}`);
});

test('a ClusterRole that aggregates nothing is refused', async () => {
  const role = { metadata: { name: 'x' }, aggregationRule: {} };
  expect(await refused('POST', `${wide}/clusterroles`, role)).toContain(
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  );
});

test.each([
  [
    { kind: 'Robot', name: 'a' },
    'kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
  ],
  [{ kind: 'User', name: 'a', apiGroup: 'x' }, `apiGroup: Unsupported value: "x": supported values: "${group}"`],
  [{ kind: 'ServiceAccount', name: 'a', apiGroup: 'x' }, 'apiGroup: Unsupported value: "x": supported values: ""'],
  [{ kind: 'ServiceAccount', name: 'A' }, 'name: Invalid value: "A": a lowercase RFC 1123 subdomain'],
  [{ kind: 'Group', name: '' }, 'name: Required value'],
])('a binding to %j is refused', async (subject, why) => {
  const binding = { metadata: { name: 'x' }, roleRef, subjects: [subject] };
  expect(await refused('POST', `${local}/rolebindings`, binding)).toContain(`subjects[0].${why}`);
});

test('a ServiceAccount of a ClusterRoleBinding needs a namespace', async () => {
  const subjects = [{ kind: 'ServiceAccount', name: 'a' }];
  const binding = { metadata: { name: 'x' }, roleRef: { ...roleRef, kind: 'ClusterRole' }, subjects };
  expect(await refused('POST', `${wide}/clusterrolebindings`, binding)).toContain(
    'subjects[0].namespace: Required value',
  );
});

test('what is bound never changes', async () => {
  const binding = { metadata: { name: 'x' }, roleRef, subjects: [] };
  const other = { ...binding, roleRef: { ...roleRef, name: 's' } };
  expect(await refused('PUT', `${local}/rolebindings/x`, other, binding)).toContain(
    `roleRef: Invalid value: {"APIGroup":"${group}","Kind":"Role","Name":"s"}: cannot change roleRef`,
  );
});
