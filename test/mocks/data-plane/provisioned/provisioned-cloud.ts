import { createGceProvider, restWire, type Transport } from '../../../../providers/gce/index.ts';
import { classIs } from '../../../../src/controller/decide.ts';
import { runController } from '../../../../src/controller/run.ts';
import { inThreadTransport } from '../../../in-thread-transport.ts';
import { deployment, inDefault, type KubeThing, mergePatch } from '../../kube-controllers/cluster.ts';
import { isReady } from '../running-cluster.ts';
import { type Answer, type Client, outcome } from '../traffic.ts';
import { type WiredCloud, wiredCloud } from '../wired-cloud.ts';

/** A wired cloud with the controller at work: what reaches the pods comes by what it provisioned. */
export interface ProvisionedCloud extends WiredCloud {
  /** Creates a Service of type LoadBalancer (or as `spec` says) and waits for its address. */
  serve(name: string, spec?: Spec, annotations?: Readonly<Record<string, string>>): Promise<string>;
  service(name: string): Promise<KubeThing>;
  change(name: string, spec: Spec): Promise<KubeThing>;
  /** The address that the Service's status has. */
  addressOf(name: string): Promise<string | undefined>;
  /** Pods of the Deployment `kubia`, all ready, of which there are so many. */
  scale(replicas: number): Promise<readonly KubeThing[]>;
  /** One request from a port of its own. */
  ask(address: string, client?: Asking): Promise<Answer | string>;
  askMany(address: string, count: number, client?: Asking): Promise<readonly (Answer | string)[]>;
  /** Moves time on until the address answers so. */
  untilAnswers(address: string, right: (answer: Answer | string) => boolean, client?: Asking): Promise<void>;
}

type Spec = Readonly<Record<string, unknown>>;

export interface Asking extends Client {
  /** Default 80. */
  readonly port?: number;
  readonly path?: string;
}

/** The address from which clients come. */
export const outside = '127.9.8.7';
const region = 'us-central1';

export async function provisionedCloud(nodes = 3): Promise<ProvisionedCloud> {
  const world = await wiredCloud(nodes);
  const { clock, cloud, api } = world;
  for (let index = 1; index <= nodes; index += 1) {
    const zone = `${region}-${'abc'.charAt((index - 1) % 3)}`;
    const spec = { providerID: `gce://portico/${zone}/node-${index}` };
    const metadata = { labels: { 'topology.kubernetes.io/zone': zone } };
    await world.request('PATCH', `/api/v1/nodes/node-${index}`, { metadata, spec }, mergePatch);
  }
  const direct: Transport = {
    send: async ({ method, path, headers, body }, signal) => {
      const answer = await cloud.handle({
        method,
        path,
        headers,
        body: body === undefined ? undefined : Buffer.from(body),
        signal,
      });
      return { status: answer.status, headers: answer.headers, body: Buffer.from(answer.body).toString('utf8') };
    },
    close: () => Promise.resolve(),
  };
  const stop = new AbortController();
  const running = runController(
    {
      kube: inThreadTransport(api),
      provider: createGceProvider(
        { project: 'portico', region, families: ['ipv4'] },
        { clock, wire: restWire(direct) },
      ),
      clock,
      log: () => undefined,
      clusterId: 'packets',
      claims: classIs(null),
      workers: 2,
    },
    stop.signal,
  );
  // Client ports one after the other: whoever goes by the flow's hash chooses alike in each run with the same addresses.
  let port = 20_000;

  const provisioned: ProvisionedCloud = {
    ...world,
    async serve(name, spec = {}, annotations = {}) {
      const body = {
        metadata: { name, annotations },
        spec: { type: 'LoadBalancer', selector: { app: 'kubia' }, ports: [{ port: 80, targetPort: 'http' }], ...spec },
      };
      const made = await world.request('POST', inDefault.services, body);
      if (made.kind !== 'Service') throw new Error(JSON.stringify(made));
      await world.until(async () => (await provisioned.addressOf(name)) !== undefined);
      return (await provisioned.addressOf(name)) ?? '';
    },
    service: (name) => world.request('GET', `${inDefault.services}/${name}`),
    async change(name, spec) {
      const changed = await world.request('PATCH', `${inDefault.services}/${name}`, { spec }, mergePatch);
      if (changed.kind !== 'Service') throw new Error(JSON.stringify(changed));
      await world.advance(1000);
      return provisioned.service(name);
    },
    async addressOf(name) {
      return (await provisioned.service(name)).status?.loadBalancer?.ingress?.[0]?.ip as string | undefined;
    },
    async scale(replicas) {
      const path = `${inDefault.deployments}/kubia`;
      const present = await world.request('GET', path);
      if (present.kind === 'Deployment') await world.request('PATCH', path, { spec: { replicas } }, mergePatch);
      else await world.request('POST', inDefault.deployments, deployment(replicas));
      const pods = async () =>
        (await world.list(inDefault.pods)).filter(({ metadata }) => metadata.labels?.['app'] === 'kubia');
      await world.until(async () => {
        const now = await pods();
        return now.length === replicas && now.every(isReady);
      });
      return pods();
    },
    ask(address, { port: to = 80, path = '/', ...client } = {}) {
      port += 1;
      return outcome(`http://${address}:${to}${path}`, { from: outside, fromPort: port, ...client });
    },
    async askMany(address, count, client) {
      const all: (Answer | string)[] = [];
      for (let index = 0; index < count; index += 1) all.push(await provisioned.ask(address, client));
      return all;
    },
    async untilAnswers(address, right, client) {
      await world.until(async () => right(await provisioned.ask(address, client)));
    },
    async end() {
      stop.abort();
      await clock.run(running);
      await world.end();
    },
  };
  return provisioned;
}
