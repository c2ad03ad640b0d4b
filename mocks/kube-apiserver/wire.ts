/** A request as the handler takes it: no sockets, so that a simulation can send it in one thread. */
export interface KubeRequest {
  readonly method: string;
  /** Path with query, as in the request line. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal;
}

export interface KubeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** A stream for a watch: each chunk is whole lines. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/** A planted fault broke the connection: the answer, if there was one, is lost. */
export class ConnectionDropped extends Error {
  override readonly name = 'ConnectionDropped';
}

/** On every answer but those that may be cached. */
export const plainHeaders = { 'Cache-Control': 'no-cache, private' };
