import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { json, portico, until } from '../e2e/portico-process.ts';
import { type Measured, rowOf, tableOf } from './report.ts';

// What the lab's way costs beside a direct connection to a pod: latency with connections kept and with new ones, and bytes
// there and back. The lab is a process of its own. `npm run bench:packets`.

interface List<T> {
  readonly items: readonly T[];
}
interface Service {
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
}
interface Pod {
  readonly status: { readonly podIP?: string };
}

interface Way {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

const kept = new Agent({ keepAlive: true, maxSockets: 32 });

async function ask({ host, port }: Way, agent: Agent | false): Promise<void> {
  const asked = request({ host, port, agent });
  asked.end();
  const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
  response.resume();
  await once(response, 'end');
}

/** So many requests, `width` of them at a time. */
async function requests(what: string, way: Way, agent: Agent | false, count: number, width: number): Promise<Measured> {
  const eachMs: number[] = [];
  let left = count;
  const begun = performance.now();
  const worker = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      const start = performance.now();
      await ask(way, agent);
      eachMs.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return { what: `${what}, ${way.name}`, count, totalMs: performance.now() - begun, eachMs };
}

const megabytes = 128;

/** Bytes to a pod that sends them back, over one connection. */
async function bytes({ name, host, port }: Way): Promise<Measured> {
  const chunk = Buffer.alloc(2 ** 20, 'x');
  const socket = connect(port, host);
  const begun = performance.now();
  let came = 0;
  socket.on('data', (data: Buffer) => {
    came += data.length;
  });
  for (let sent = 0; sent < megabytes; sent += 1) if (!socket.write(chunk)) await once(socket, 'drain');
  socket.end();
  await once(socket, 'end');
  if (came !== megabytes * chunk.length) throw new Error(`${came} bytes came back ${name}`);
  return { what: `MB there and back, ${name}`, count: megabytes, totalMs: performance.now() - begun, eachMs: [] };
}

const lab = portico(
  'lab',
  '-o',
  'json',
  '--apply',
  'examples/kubia-deployment.yaml',
  'examples/kubia-loadbalancer.yaml',
);
try {
  const { kubeUrl = '' } = await lab.ready;
  const list = async <T>(what: string): Promise<readonly T[]> =>
    (await json<List<T>>(`${kubeUrl}/api/v1/namespaces/default/${what}`)).items;
  const vip = await until(
    'an EXTERNAL-IP',
    async () => (await list<Service>('services')).flatMap(({ status }) => status.loadBalancer.ingress ?? [])[0]?.ip,
  );
  const pod = await until('a pod', async () => (await list<Pod>('pods'))[0]?.status.podIP);
  const direct: Way = { name: 'direct', host: pod.replace(/^10\./, '127.'), port: 8080 };
  const balanced: Way = { name: 'by the balancer', host: vip, port: 80 };
  const ways = [direct, balanced];
  await until('an answer', () =>
    ask(balanced, false).then(
      () => true,
      () => false,
    ),
  );
  for (const way of ways) await requests('warm', way, kept, 500, 8);

  const rows: Measured[] = [];
  for (const way of ways) rows.push(await requests('kept connections, one at a time', way, kept, 3000, 1));
  for (const way of ways) rows.push(await requests('kept connections, 32 at a time', way, kept, 10_000, 32));
  for (const way of ways) rows.push(await requests('new connections, one at a time', way, false, 2000, 1));
  for (const way of ways) rows.push(await requests('new connections, 32 at a time', way, false, 5000, 32));
  for (const way of ways) rows.push(await bytes(way));
  console.log(tableOf(rows.map((row) => ({ ...rowOf(row) }))));
} finally {
  kept.destroy();
  lab.kill('SIGTERM');
  await lab.ended;
}
