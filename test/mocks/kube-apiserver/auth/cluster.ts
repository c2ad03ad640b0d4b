import { createKubeApi, type AuthOptions, type KubeApi } from '../../../../mocks/index.ts';
import { virtualClock, type VirtualClock } from '../../../virtual-clock.ts';
import { ask, textOfAnswer } from '../ask.ts';

/** Short tokens are the names of their users; `root` may do everything. */
const users: AuthOptions = {
  tokens: [
    { token: 'root', user: 'root', groups: ['system:masters'] },
    { token: 'jane', user: 'jane', uid: '7', groups: ['devs'], extra: { team: ['blue'] } },
    { token: 'joe', user: 'joe' },
  ],
};

export interface AuthCluster {
  readonly api: KubeApi;
  readonly clock: VirtualClock;
  /** Status and parsed body of a request by the user of a token; `''` sends none. */
  call(token: string, method: string, path: string, body?: unknown, headers?: Headers): Promise<Called>;
  /** As `root`, and it must succeed. */
  make(path: string, ...bodies: readonly object[]): Promise<void>;
}

type Headers = Readonly<Record<string, string>>;

export interface Called {
  readonly status: number;
  readonly body: Body;
}

/** What tests read of answers. */
export interface Body {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly rules?: readonly unknown[];
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Status;
}

interface Status {
  readonly allowed?: boolean;
  readonly reason?: string;
  readonly authenticated?: boolean;
  readonly error?: string;
  readonly token?: string;
  readonly expirationTimestamp?: string;
  readonly audiences?: readonly string[];
  readonly user?: unknown;
  readonly userInfo?: unknown;
  readonly resourceRules?: readonly unknown[];
  readonly nonResourceRules?: readonly unknown[];
}

export const rbac = '/apis/rbac.authorization.k8s.io/v1';
export const clusterRoles = `${rbac}/clusterroles`;
export const clusterRoleBindings = `${rbac}/clusterrolebindings`;
export const roles = `${rbac}/namespaces/default/roles`;
export const roleBindings = `${rbac}/namespaces/default/rolebindings`;

export function authCluster(options: AuthOptions = {}): AuthCluster {
  const clock = virtualClock();
  const api = createKubeApi({ clock, seed: 1, auth: { ...users, ...options } });
  const call: AuthCluster['call'] = async (token, method, path, body, headers = {}) => {
    const sent = token === '' ? headers : { authorization: `Bearer ${token}`, ...headers };
    const answer = await ask(api, method, path, body, { headers: sent });
    // Of a watch only the status counts.
    const text = answer.body instanceof Uint8Array ? textOfAnswer(answer) : '';
    return { status: answer.status, body: (text.startsWith('{') ? JSON.parse(text) : { message: text }) as Body };
  };
  return {
    api,
    clock,
    call,
    async make(path, ...bodies) {
      for (const body of bodies) {
        const { status, body: answer } = await call('root', 'POST', path, body);
        if (status !== 201) throw new Error(answer.message);
      }
    },
  };
}

export interface RuleBody {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** A role and a binding of the same name. `subject` is `User:jane`, `Group:devs` or `ServiceAccount:default/robot`. */
export async function grant(
  cluster: AuthCluster,
  scope: 'cluster' | 'default' | 'default-by-cluster-role',
  subject: string,
  ...rules: readonly RuleBody[]
): Promise<void> {
  const [, kind = '', whole = ''] = /^(\w+):(.*)$/.exec(subject) ?? [];
  const [first = '', second] = whole.split('/');
  const named =
    second === undefined
      ? { kind, name: first, apiGroup: 'rbac.authorization.k8s.io' }
      : { kind, namespace: first, name: second };
  const local = scope === 'default';
  const role = local ? 'Role' : 'ClusterRole';
  await cluster.make(local ? roles : clusterRoles, { metadata: { name: 'given' }, rules });
  await cluster.make(scope === 'cluster' ? clusterRoleBindings : roleBindings, {
    metadata: { name: 'given' },
    subjects: [named],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role, name: 'given' },
  });
}
