import { table } from '../terminal.ts';
import { datagramName, datagramPort, name, webPort } from './lab-demo-manifests.ts';
import { answered, sharesOf, sharesTable } from './lab-demo-shares.ts';
import { ipOf, patchService, readService, servicesTable, type Stage, until } from './lab-demo-stage.ts';
import { askMany, askOnce, askTogether, demoClient, echoed, type Heard, otherClient } from './lab-demo-traffic.ts';

const requests = 300;
/** By so many it is seen whether a change has come through. */
const sample = 200;

/** Until the Service has an address; answers it. */
export const addressOf = (stage: Stage, service: string): Promise<string> =>
  until(stage, `an EXTERNAL-IP of ${service}`, async () => ipOf(await readService(stage, service)));

const allPods = (answers: readonly Heard[]): boolean => new Set(answers.map(({ pod }) => pod)).size === 3;
const sawClient = (answers: readonly Heard[]): boolean => answers.every(({ client }) => client === demoClient);
/** No pod has as much as the lonely one has without weights: with the sample's size, in 1 of 100 cases by chance. */
const evenly = (answers: readonly Heard[]): boolean => sharesOf(answers).every(({ percent }) => percent <= 41.5);

/** A balancer, and what the traffic policies and weights do to it. Answers its address. */
export async function showPolicies(stage: Stage): Promise<string> {
  const { out, signal, nodeByIp } = stage;
  const ip = await addressOf(stage, name);
  const asking = { ip, port: webPort };
  const show = async (title: string, ready: (answers: readonly Heard[]) => boolean): Promise<void> => {
    await until(stage, title, async () => {
      // Before the balancer is there nobody is asked two hundred times in vain.
      if ((await askOnce({ ...asking, patienceMs: 500 }, signal)) === undefined) return false;
      const answers = (await askMany(asking, sample, signal)).filter((answer) => answer !== undefined);
      return answers.length === sample && ready(answers);
    });
    out(`\n${title}\n\n${sharesTable(await askMany(asking, requests, signal), nodeByIp)}`);
  };
  out(`
2. A balancer. No firewall to set up; ${requests} requests each time, from ${demoClient}.

$ kubectl get service ${name}
${servicesTable([await readService(stage, name)])}`);
  await show('externalTrafficPolicy: Cluster. Any node hands on to any Pod, which sees the node.', allPods);
  await patchService(stage, name, { spec: { externalTrafficPolicy: 'Local' } });
  await show(
    '3. externalTrafficPolicy: Local. Nodes hand on to their own Pods, which see the client; as much to each node.',
    (answers) => sawClient(answers) && allPods(answers),
  );
  await patchService(stage, name, { metadata: { annotations: { 'portico.dev/weights': 'pods-per-node' } } });
  await show(
    '4. portico.dev/weights: pods-per-node. As much to each Pod.',
    (answers) => sawClient(answers) && allPods(answers) && evenly(answers),
  );
  return ip;
}

const times = 6;
const patienceMs = 400;

/** Who may connect, by `loadBalancerSourceRanges`. */
export async function showSourceRanges(stage: Stage, ip: string): Promise<void> {
  const { signal } = stage;
  const clients = [demoClient, otherClient];
  const askAll = () =>
    Promise.all(clients.map((from) => askTogether({ ip, port: webPort, from, patienceMs }, times, signal)));
  const columns: (readonly string[])[] = [];
  for (const allowed of [[demoClient], [otherClient], clients]) {
    const ranges = allowed.length === clients.length ? [] : allowed.map((each) => `${each}/32`);
    await patchService(stage, name, { spec: { loadBalancerSourceRanges: ranges } });
    const seen = await until(stage, `only ${allowed.join(' and ')} let in`, async () => {
      const answers = await askAll();
      const right = answers.every((each, index) =>
        each.every((answer) => (answer !== undefined) === allowed.includes(clients[index] ?? '')),
      );
      return right && answers;
    });
    columns.push(seen.map(answered));
  }
  stage.out(`
5. spec.loadBalancerSourceRanges. The cloud's firewall keeps out whom it does not name.

${table(
  ['CLIENT', ...clients.map((each) => `${each}/32`), 'NO RANGES'],
  clients.map((client, index) => [client, ...columns.map((column) => column[index] ?? '')]),
)}`);
}

const datagrams = 30;

/** A balancer of datagrams. */
export async function showDatagrams(stage: Stage): Promise<void> {
  const ip = await addressOf(stage, datagramName);
  const { clock } = stage;
  const asking = { ip, port: datagramPort };
  await until(stage, 'datagrams that come back', async () => (await echoed(asking, 1, clock)) === 1);
  const came = await echoed(asking, datagrams, clock);
  stage.out(`
6. UDP. ${came} of ${datagrams} datagrams came back.

$ kubectl get service ${datagramName}
${servicesTable([await readService(stage, datagramName)])}`);
}
