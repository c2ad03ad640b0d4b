/**
 * How fast the API server is, over HTTP and in a process of its own: Services created, changed, listed in pages and
 * watched by many, once with a tenth of them and once with all, so that it shows whether the cost of each stays the same.
 *
 *     npm run -s bench:kube                    10,000 Services and 20 watchers
 *     npm run -s bench:kube -- 2000 5 --json   2,000 and 5, as JSON
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { ServerReady, ServerUsage } from './kube-server.ts';
import { type Measured, type Row, rowOf, tableOf } from './report.ts';
import { openWatcher } from './watcher.ts';

const writersAtOnce = 16;
const pageSize = 500;
const collection = '/api/v1/namespaces/default/services';

interface Run {
  readonly services: number;
  readonly startMs: number;
  readonly rssMiB: number;
  /** Of the server's time, with telling all watchers and the lists at the end. */
  readonly serverCpuMsPerWrite: number;
  readonly rows: readonly Row[];
}

const service = (number: number): string =>
  JSON.stringify({
    metadata: { name: `service-${number}`, labels: { app: `app-${number % 100}` } },
    spec: { type: 'ClusterIP', selector: { app: `app-${number % 100}` }, ports: [{ port: 80, targetPort: 8080 }] },
  });

async function run(services: number, watcherCount: number): Promise<Run> {
  const child = fork(join(import.meta.dirname, 'kube-server.ts'), { stdio: 'inherit' });
  const [ready] = (await once(child, 'message')) as [ServerReady];
  // Each watcher and each writer has its own connection, as each program of a cluster has.
  const dispatcher = new Agent({ connections: watcherCount + writersAtOnce });
  try {
    const atStart = await usageOf(child);
    const rows = (await measure(ready.url, dispatcher, services, watcherCount)).map(rowOf);
    const usage = await usageOf(child);
    return {
      services,
      startMs: Math.round(ready.startMs * 100) / 100,
      rssMiB: Math.round(usage.rssBytes / 2 ** 20),
      serverCpuMsPerWrite: Math.round(((usage.cpuMs - atStart.cpuMs) / (2 * services)) * 1000) / 1000,
      rows,
    };
  } finally {
    await dispatcher.destroy();
    child.disconnect();
    await once(child, 'exit');
  }
}

async function usageOf(child: ChildProcess): Promise<ServerUsage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [ServerUsage];
  return usage;
}

async function measure(
  url: string,
  dispatcher: Agent,
  services: number,
  watcherCount: number,
): Promise<readonly Measured[]> {
  const call = async (method: 'GET' | 'POST' | 'PATCH', path: string, body: string | null): Promise<string> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { accept: 'application/json', 'content-type': type };
    const answer = await request(`${url}${path}`, { dispatcher, method, body, headers });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: HTTP ${answer.statusCode} ${text}`);
    return text;
  };
  const { metadata } = JSON.parse(await call('GET', collection, null)) as { metadata: { resourceVersion: string } };

  const sentAt = new Map<string, number>();
  let arrivals: number[] = [];
  const told = (line: string): void => {
    const { object } = JSON.parse(line) as { object: { metadata: { name: string } } };
    arrivals.push(performance.now() - (sentAt.get(object.metadata.name) ?? 0));
  };
  const watch = `${url}${collection}?watch=true&resourceVersion=${metadata.resourceVersion}`;
  const watchers = await Promise.all(
    Array.from({ length: watcherCount }, (_, at) => openWatcher(watch, dispatcher, at === 0 ? told : undefined)),
  );

  /** Writes to every Service, many at a time, until all watchers have heard of it all. */
  const writeAll = async (what: string, round: number, write: (number: number) => Promise<unknown>) => {
    const eachMs: number[] = [];
    arrivals = [];
    let next = 0;
    const writer = async (): Promise<void> => {
      for (let number = next++; number < services; number = next++) {
        const began = performance.now();
        sentAt.set(`service-${number}`, began);
        await write(number);
        eachMs.push(performance.now() - began);
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: writersAtOnce }, writer));
    const written = performance.now() - began;
    await Promise.all(watchers.map((watcher) => watcher.reaches(services * round)));
    const heard = performance.now() - began;
    return [
      { what, count: services, totalMs: written, eachMs },
      {
        what: `  heard of by ${watcherCount} watchers`,
        count: services * watcherCount,
        totalMs: heard,
        eachMs: arrivals,
      },
    ];
  };

  const created = await writeAll('create', 1, (number) => call('POST', collection, service(number)));
  const patched = await writeAll('patch', 2, (number) =>
    call('PATCH', `${collection}/service-${number}`, '{"metadata":{"labels":{"changed":"yes"}}}'),
  );
  for (const watcher of watchers) {
    watcher.close();
    if (watcher.events !== 2 * services) throw new Error(`a watcher heard of ${watcher.events}, not ${2 * services}`);
  }
  const began = performance.now();
  const all = await call('GET', collection, null);
  const whole = { what: 'list in one', count: services, totalMs: performance.now() - began, eachMs: [] };
  if (!all.includes(`"service-${services - 1}"`)) throw new Error('the list is not whole');
  return [...created, ...patched, await pages(call, services), whole];
}

async function pages(
  call: (method: 'GET', path: string, body: null) => Promise<string>,
  services: number,
): Promise<Measured> {
  const eachMs: number[] = [];
  const began = performance.now();
  let token = '';
  let count = 0;
  do {
    const asked = performance.now();
    const text = await call('GET', `${collection}?limit=${pageSize}&continue=${token}`, null);
    eachMs.push(performance.now() - asked);
    const page = JSON.parse(text) as { items: unknown[]; metadata: { continue?: string } };
    count += page.items.length;
    token = page.metadata.continue ?? '';
  } while (token !== '');
  // With the Service of the API server itself.
  if (count !== services + 1) throw new Error(`${count} in all pages, not ${services + 1}`);
  return { what: `list in pages of ${pageSize}`, count, totalMs: performance.now() - began, eachMs };
}

const [services = 10_000, watcherCount = 20] = process.argv
  .slice(2)
  .filter((arg) => /^\d+$/.test(arg))
  .map(Number);
const runs = [await run(Math.ceil(services / 10), watcherCount), await run(services, watcherCount)];
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ node: process.version, watchers: watcherCount, runs }, null, 2)}\n`);
} else {
  for (const { services: count, startMs, rssMiB, serverCpuMsPerWrite, rows } of runs) {
    process.stdout.write(
      `\n${count} Services: server ready after ${startMs} ms, ${serverCpuMsPerWrite} ms of CPU for each write, ${rssMiB} MiB resident\n\n`,
    );
    process.stdout.write(`${tableOf(rows.map((row) => ({ ...row })))}\n`);
  }
}
