import { request } from 'node:http';

/** What a pod of the lab says of itself and of whom it saw. */
export interface Heard {
  readonly pod: string;
  readonly node: string;
  readonly client: string;
}

/** An answer that has not come by then counts as none, in milliseconds. */
const patienceMs = 2000;

/** The address that the demo comes from, so that it is told from others. */
export const demoClient = '127.9.8.7';

/** One request over a connection of its own; undefined when nobody answers. */
export function askOnce(ip: string, signal: AbortSignal): Promise<Heard | undefined> {
  return new Promise((resolve) => {
    const headers = { accept: 'application/json' };
    const asked = request({ host: ip, localAddress: demoClient, agent: false, timeout: patienceMs, headers, signal });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(heard(body)));
    });
    asked.end();
  });
}

function heard(body: string): Heard | undefined {
  if (!body.startsWith('{')) return undefined;
  const { pod, node, client } = JSON.parse(body) as Omit<Heard, 'client'> & { client: { readonly address: string } };
  return { pod, node, client: client.address };
}

/** So many requests one after the other; those without an answer are undefined. */
export async function askMany(ip: string, count: number, signal: AbortSignal): Promise<readonly (Heard | undefined)[]> {
  const all: (Heard | undefined)[] = [];
  for (let index = 0; index < count; index += 1) {
    signal.throwIfAborted();
    all.push(await askOnce(ip, signal));
  }
  return all;
}

export interface Share {
  readonly pod: string;
  readonly node: string;
  /** Percent of all answers. */
  readonly percent: number;
  /** Addresses that the pod saw. */
  readonly clients: readonly string[];
}

/** Who answered how often, by node and pod. Pure. */
export function sharesOf(answers: readonly (Heard | undefined)[]): readonly Share[] {
  const given = answers.filter((answer) => answer !== undefined);
  return [...Map.groupBy(given, ({ pod }) => pod)]
    .map(([pod, own]) => ({
      pod,
      node: own[0]?.node ?? '',
      percent: (100 * own.length) / given.length,
      clients: [...new Set(own.map(({ client }) => client))].toSorted(),
    }))
    .toSorted((a, b) => (a.node === b.node ? Number(a.pod > b.pod) - 0.5 : Number(a.node > b.node) - 0.5));
}
