import { Pool } from 'undici';
import { PorticoError } from '../../../src/errors.ts';
import { keepSecret } from '../../../src/secrets.ts';
import { textWithin } from '../../../src/text-within.ts';
import type { HttpAnswer, Transport } from './transport.ts';

export interface HttpOptions {
  /** `https://compute.googleapis.com`, or where a stand-in listens. */
  readonly origin: string;
  /** The `Authorization` header for the next request; undefined sends none. */
  readonly authorization: (signal: AbortSignal) => Promise<string | undefined>;
}

/** How long one answer may take, in milliseconds. `operations.wait` holds the answer back for up to two minutes. */
const answerTimeout = (path: string): number => (/\/operations\/[^/]+\/wait(\?|$)/.test(path) ? 150_000 : 30_000);

/** In bytes: a page of 500 resources has a few MiB at most. */
const longestAnswer = 64 * 2 ** 20;

/** The Compute API over a keep-alive pool. A stuck connection or server gives `unreachable`, never a hang. */
export function httpTransport({ origin, authorization }: HttpOptions): Transport {
  const pool = new Pool(origin, { connections: 32, connect: { timeout: 10_000 }, headersTimeout: 0, bodyTimeout: 0 });
  const object = `The answer of the Compute API at ${origin}`;
  return {
    async send(request, signal) {
      signal.throwIfAborted();
      const limit = AbortSignal.timeout(answerTimeout(request.path));
      try {
        const token = await authorization(signal);
        keepSecret(token?.replace(/^\S+ /, '') ?? '');
        const answer = await pool.request({
          method: request.method,
          path: request.path,
          headers: token === undefined ? request.headers : { ...request.headers, authorization: token },
          ...(request.body === undefined ? {} : { body: request.body }),
          signal: AbortSignal.any([signal, limit]),
        });
        return {
          status: answer.statusCode,
          headers: plainHeaders(answer.headers),
          body: await textWithin(answer.body, longestAnswer, object),
        };
      } catch (cause) {
        if (signal.aborted) throw new PorticoError('aborted', `Stopped while waiting for ${origin}.`, { cause });
        if (cause instanceof PorticoError) throw cause;
        const why = limit.aborted ? 'did not answer in time' : 'could not be reached';
        throw new PorticoError('unreachable', `The Compute API at ${origin} ${why}.`, { object: origin, cause });
      }
    },
    close: () => pool.destroy(),
  };
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): HttpAnswer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
