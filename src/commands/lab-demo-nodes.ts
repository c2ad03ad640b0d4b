import { table } from '../terminal.ts';
import { namespace, nodePortName, refusedName } from './lab-demo-manifests.ts';
import { answered } from './lab-demo-shares.ts';
import { nodePortOf, patchService, read, readService, servicesTable, type Stage, until } from './lab-demo-stage.ts';
import { type Answers, askTogether } from './lab-demo-traffic.ts';

const times = 6;
const patienceMs = 400;
const ruleName = 'portico-demo-rule';

/** What each node answers on the port, asked from outside. */
const askNodes = ({ nodes, signal }: Stage, port: number): Promise<readonly Answers[]> =>
  Promise.all(nodes.map(({ externalIp }) => askTogether({ ip: externalIp, port, patienceMs }, times, signal)));

/** Does something while the port of all nodes is open, as `gcloud compute firewall-rules create` opens it. */
async function whileOpen<T>({ cloud, undoing }: Stage, port: number, something: () => Promise<T>): Promise<T> {
  const allowed = [{ IPProtocol: 'tcp', ports: [String(port)] }];
  await cloud.change('POST', 'global/firewalls', { name: ruleName, allowed });
  try {
    return await something();
  } finally {
    await undoing.change('DELETE', `global/firewalls/${ruleName}`);
  }
}

/** Until all nodes answer. */
const allAnswer = (stage: Stage, port: number): Promise<readonly Answers[]> =>
  until(stage, `answers of all nodes on port ${port}`, async () => {
    const seen = await askNodes(stage, port);
    return seen.flat().every(Boolean) && seen;
  });

/** A Service of type NodePort: its port on every node, the cloud's firewall before it, and its traffic policies. */
export async function showNodePort(stage: Stage): Promise<void> {
  const { out, nodes } = stage;
  const pods = await until(stage, 'three pods that are ready', () => readyPods(stage));
  const service = await readService(stage, nodePortName);
  const port = nodePortOf(service);
  out(`
1. A node port. Kubernetes has chosen ${port}: every node takes connections there.

$ kubectl get nodes -o wide
${table(
  ['NAME', 'INTERNAL-IP', 'EXTERNAL-IP', 'PODS'],
  nodes.map(({ name, internalIp, externalIp }) => [name, internalIp, externalIp, String(pods.get(name) ?? 0)]),
)}
$ kubectl get service ${nodePortName}
${servicesTable([service])}`);

  const closed = await askNodes(stage, port);
  const [opened, local] = await whileOpen(stage, port, async () => {
    const any = await allAnswer(stage, port);
    await patchService(stage, nodePortName, { spec: { externalTrafficPolicy: 'Local' } });
    const own = await until(stage, 'Pods that see the client', async () => {
      const seen = await askNodes(stage, port);
      return seen.flat().every((answer) => !answer || !stage.nodeByIp.has(answer.client)) && seen;
    });
    return [any, own] as const;
  });
  const again = await until(stage, 'no answers', async () => {
    const seen = await askNodes(stage, port);
    return !seen.flat().some(Boolean) && seen;
  });
  const of = (seen: readonly Answers[], index: number): string => answered(seen[index] ?? []);
  out(`
The cloud's firewall lets nobody in before its own command does, and again when the rule is gone. With
externalTrafficPolicy: Local a node without a Pod lets connections fall.

$ gcloud compute firewall-rules create ${ruleName} --allow=tcp:${port}
$ kubectl patch service ${nodePortName} -p '{"spec":{"externalTrafficPolicy":"Local"}}'
$ gcloud compute firewall-rules delete ${ruleName}
${table(
  ['ASKED', 'PODS', 'CLOSED', 'OPENED', 'OPENED, LOCAL', 'CLOSED AGAIN'],
  nodes.map(({ name }, index) => [
    name,
    String(pods.get(name) ?? 0),
    of(closed, index),
    of(opened, index),
    of(local, index),
    of(again, index),
  ]),
)}`);
}

interface PodList {
  readonly items: readonly {
    readonly spec: { readonly nodeName?: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

/** How many pods each node has, when there are three and all are ready. */
async function readyPods(stage: Stage): Promise<ReadonlyMap<string, number> | undefined> {
  const { items } = await read<PodList>(stage, `/api/v1/namespaces/${namespace}/pods`);
  const ready = items.filter(({ status }) =>
    status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True'),
  );
  if (ready.length < 3) return undefined;
  const byNode = Map.groupBy(ready, ({ spec }) => spec.nodeName ?? '');
  return new Map([...byNode].map(([node, own]) => [node, own.length]));
}

/** A Service that asks for what cannot be: it says why, and its node port works. */
export async function showRefusal(stage: Stage): Promise<void> {
  const service = await until(stage, `a reason why ${refusedName} has no address`, async () => {
    const found = await readService(stage, refusedName);
    return (
      found.status.conditions?.some(({ reason }) => reason === 'InvalidRequest' || reason === 'Unsupported') && found
    );
  });
  const { reason = '', message = '' } = service.status.conditions?.[0] ?? {};
  const port = nodePortOf(service);
  const seen = await whileOpen(stage, port, () => allAnswer(stage, port));
  stage.out(`
7. A Service that asks for what cannot be says why, and stays usable by its node port.

$ kubectl get service ${refusedName}
${servicesTable([service])}
${reason}: ${message}
Node ports of ${seen.length} nodes, opened in the firewall: ${answered(seen.flat())} requests answered.
`);
}
