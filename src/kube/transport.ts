import { textWithin } from '../text-within.ts';

/**
 * The narrow way to the API server. Everything above it is the same over a socket and inside one process, so that a
 * whole cluster can be simulated in one thread.
 */
export interface KubeTransport {
  /**
   * Sends one request and gives the answer as soon as its head is there. An HTTP error status is an answer; a failure to
   * get one rejects with a PorticoError (`unreachable`, or `aborted` when the signal was).
   */
  request(request: KubeRequest): Promise<KubeResponse>;
  close(): Promise<void>;
}

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path without query, from the root of the server: `/api/v1/services`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** JSON text; null sends no body. */
  readonly body: string | null;
  readonly contentType: string | null;
  /** Ends the request, also in the middle of the answer's body. */
  readonly signal: AbortSignal;
}

export interface KubeResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** To be read to its end or given up by aborting the request. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** In bytes: several times what etcd keeps of one object. */
export const longestObject = 16 * 2 ** 20;

/** The whole body as text; `limit` is in bytes, and a longer body is given up and rejects with `transient`. */
export const textOf = (response: KubeResponse, limit = longestObject): Promise<string> =>
  textWithin(response.body, limit, 'The answer of the API server');
