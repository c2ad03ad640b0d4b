import { createSocket } from 'node:dgram';
import { request } from 'node:http';
import type { Clock } from '../clock.ts';

/** What a pod of the lab says of itself and of whom it saw. */
export interface Heard {
  readonly pod: string;
  readonly node: string;
  readonly client: string;
}

export interface Asking {
  readonly ip: string;
  readonly port?: number;
  /** The address to come from. */
  readonly from?: string;
  /** How long to wait for the answer, in milliseconds. */
  readonly patienceMs?: number;
}

/** The address that the demo comes from, so that it is told from others. */
export const demoClient = '127.9.8.7';
export const otherClient = '127.9.8.6';

/** One request over a connection of its own; undefined when nobody answers. */
export function askOnce(asking: Asking, signal: AbortSignal): Promise<Heard | undefined> {
  const { ip, port = 80, from = demoClient, patienceMs = 2000 } = asking;
  return new Promise((resolve) => {
    const headers = { accept: 'application/json' };
    const asked = request({ host: ip, port, localAddress: from, agent: false, timeout: patienceMs, headers, signal });
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

export type Answers = readonly (Heard | undefined)[];

/** So many requests one after the other; those without an answer are undefined. */
export async function askMany(asking: Asking, count: number, signal: AbortSignal): Promise<Answers> {
  const all: (Heard | undefined)[] = [];
  for (let index = 0; index < count; index += 1) {
    signal.throwIfAborted();
    all.push(await askOnce(asking, signal));
  }
  return all;
}

/** So many at once: for where most of them may wait in vain. */
export const askTogether = (asking: Asking, count: number, signal: AbortSignal): Promise<Answers> =>
  Promise.all(Array.from({ length: count }, () => askOnce(asking, signal)));

/** How many of so many datagrams, each from a port of its own, come back from there within the time. */
export async function echoed(
  { ip, port = 80, from = demoClient, patienceMs = 1000 }: Asking,
  count: number,
  clock: Clock,
): Promise<number> {
  const one = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = createSocket('udp4');
      const end = (came: boolean): void => {
        cancel();
        socket.close();
        resolve(came);
      };
      const cancel = clock.after(patienceMs, () => end(false));
      socket.on('error', () => end(false));
      socket.on('message', (message) => end(message.toString() === 'hello'));
      socket.bind(0, from, () => socket.send('hello', port, ip));
    });
  const came = await Promise.all(Array.from({ length: count }, one));
  return came.filter(Boolean).length;
}

/** What became of the requests begun in one second. */
export interface Second {
  readonly asked: number;
  readonly answered: number;
}

/** Begins a request every 50 ms for as long as `goesOn` says, which is told of the seconds that are over. */
export async function underLoad(
  asking: Asking,
  clock: Clock,
  signal: AbortSignal,
  goesOn: (seconds: readonly Second[]) => boolean,
): Promise<readonly Second[]> {
  const everyMs = 50;
  const seconds: Second[] = [];
  const patienceMs = 950;
  // The requests of a second are counted when all of them are over, while those of the next are under way.
  let last: Promise<Answers> = Promise.resolve([]);
  const count = async (): Promise<void> => {
    const answers = await last;
    if (answers.length > 0) seconds.push({ asked: answers.length, answered: answers.filter(Boolean).length });
  };
  while (goesOn(seconds)) {
    const under: Promise<Heard | undefined>[] = [];
    for (let ms = 0; ms < 1000; ms += everyMs) {
      under.push(askOnce({ ...asking, patienceMs }, signal));
      await clock.sleep(everyMs, signal);
    }
    await count();
    last = Promise.all(under);
  }
  await count();
  return seconds;
}
