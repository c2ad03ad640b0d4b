import { type IncomingMessage, request as ask, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../kube/certificate.ts';

/** Answers in the place of the server behind; false leaves the call to that one. */
export type Impostor = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface Front {
  readonly url: string;
  /** What was sent as `Authorization`. */
  readonly authorizations: ReadonlySet<string | undefined>;
  /** How often the impostor answered since it was set. */
  readonly answered: number;
  /** Lets somebody answer for the server from now on; what is open is broken off. Undefined: nobody. */
  let(impostor: Impostor | undefined): void;
  close(): Promise<void>;
}

/** A server behind TLS, where credentials are sent, with room for an impostor. */
export async function front(behind: string, certificate: Certificate): Promise<Front> {
  const authorizations = new Set<string | undefined>();
  let impostor: Impostor | undefined;
  let answered = 0;
  const server = createServer(certificate, (request, response) => {
    const { url = '', method = 'GET', headers } = request;
    authorizations.add(headers.authorization);
    if (impostor?.(request, response)) {
      answered += 1;
      return;
    }
    const { authorization: _known, ...others } = headers;
    const inner = ask(`${behind}${url}`, { method, headers: others }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers).flushHeaders();
      answer.on('error', () => response.destroy()).pipe(response);
    });
    inner.on('error', () => response.destroy());
    response.on('close', () => inner.destroy());
    request.pipe(inner);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    get answered() {
      return answered;
    },
    let: (next) => {
      impostor = next;
      answered = 0;
      server.closeAllConnections();
    },
    close: async () => {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
