import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Clock } from '../../../src/clock.ts';

/** What a probe asks. */
export type Question =
  | { readonly type: 'tcp' }
  | {
      readonly type: 'http';
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly method?: string;
    };

export interface ProbeTarget {
  /** Where to ask, on the wire. */
  readonly address: string;
  readonly port: number;
  readonly question: Question;
  readonly timeoutMs: number;
}

/** `status` is there when a whole HTTP answer came. */
export type ProbeAnswer =
  | { readonly reached: true; readonly status?: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly reached: false; readonly why: string };

/** Asks once. Never rejects. */
export function ask(target: ProbeTarget, clock: Clock): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const settle = (answer: ProbeAnswer): void => {
      cancel();
      abandon();
      resolve(answer);
    };
    const cancel = clock.after(target.timeoutMs, () =>
      settle({ reached: false, why: `no answer within ${target.timeoutMs} ms` }),
    );
    const failed = (error: Error): void => settle({ reached: false, why: error.message });
    const abandon = target.question.type === 'tcp' ? askTcp(target, settle, failed) : askHttp(target, settle, failed);
  });
}

type Settle = (answer: ProbeAnswer) => void;

function askTcp({ address, port }: ProbeTarget, settle: Settle, failed: (error: Error) => void): () => void {
  const socket = connect(port, address, () => settle({ reached: true, headers: {} }));
  socket.on('error', failed);
  return () => socket.destroy();
}

function askHttp({ address, port, question }: ProbeTarget, settle: Settle, failed: (error: Error) => void): () => void {
  const { path, headers, method = 'GET' } = question.type === 'http' ? question : { path: '/', headers: {} };
  const asked = httpRequest({ host: address, port, path, method, headers, agent: false }, (response) => {
    response.resume();
    response.on('error', failed);
    response.on('end', () => {
      const single = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
      settle({ reached: true, status: response.statusCode ?? 0, headers: Object.fromEntries(single) });
    });
  });
  asked.on('error', failed);
  asked.end();
  return () => asked.destroy();
}
