import type { KubeApi } from '../mocks/kube-apiserver/api.ts';
import type { KubeRequest, KubeTransport } from '../src/kube/transport.ts';

/** The transport to an API server in the same thread, without sockets; `token` is its credential. */
export const inThreadTransport = (kube: KubeApi, token?: string): KubeTransport => ({
  request: async (asked) => {
    const answer = await kube.handle({
      method: asked.method,
      path: pathWithQuery(asked),
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(asked.contentType === null ? {} : { 'content-type': asked.contentType }),
      },
      body: asked.body === null ? undefined : new TextEncoder().encode(asked.body),
      signal: asked.signal,
    });
    return { status: answer.status, headers: {}, body: pieces(answer.body) };
  },
  close: async () => undefined,
});

const pathWithQuery = ({ path, query }: KubeRequest): string => {
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
};

async function* pieces(body: Uint8Array | AsyncIterable<Uint8Array> | undefined): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else if (body !== undefined) yield* body;
}
