import type { AuthOptions, KubeApi } from '../../../../mocks/index.ts';
import { ask, textOfAnswer } from '../ask.ts';
import type { Binding } from './binding.ts';
import type { RecordedCase } from './recorded.ts';

/** What the recorder put in place of each identity's token: it serves as the token itself where the server takes any. */
const adminToken = '<admin>';

/** How the recorded server knew its callers. */
export function authOf({ given }: RecordedCase): AuthOptions {
  return {
    tokens: [{ token: adminToken, user: 'admin-token', uid: 'admin-token', groups: ['system:masters'] }],
    anonymous: given.includes('anonymous requests switched on'),
  };
}

/** Makes the service accounts that a case speaks of, with the rules of its first note, and binds their tokens. */
export async function createIdentities({ steps }: RecordedCase, api: KubeApi, binding: Binding): Promise<void> {
  const rules = steps.find((step) => step.kind === 'note' && step.data?.lbController !== undefined);
  if (rules?.kind !== 'note' || !rules.data) return;
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const local = `${rbac}/namespaces/default`;
  const identities = [
    { name: 'lb-controller', kind: 'ClusterRole', roles: 'clusterroles', under: rbac, rules: rules.data.lbController },
    { name: 'viewer', kind: 'Role', roles: 'roles', under: local, rules: rules.data.viewer },
  ];
  for (const { name, kind, roles, under, rules: own } of identities) {
    const post = async (path: string, body: object): Promise<unknown> => {
      const answer = await ask(api, 'POST', path, body, { headers: { authorization: `Bearer ${adminToken}` } });
      if (answer.status !== 201) throw new Error(`${path}: ${textOfAnswer(answer)}`);
      return JSON.parse(textOfAnswer(answer));
    };
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await post(accounts, { metadata: { name } });
    await post(`${under}/${roles}`, { metadata: { name }, rules: own });
    await post(`${under}/${kind.toLowerCase()}bindings`, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
    });
    const given = (await post(`${accounts}/${name}/token`, { spec: { audiences: [] } })) as Issued;
    binding.bind('token', `<${name}>`, given.status.token);
  }
}

interface Issued {
  readonly status: { readonly token: string };
}
