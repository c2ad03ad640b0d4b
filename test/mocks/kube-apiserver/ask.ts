import type { KubeApi, KubeAnswer } from '../../../mocks/index.ts';

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** One request to the API without sockets; a body that is not a text goes as JSON. */
export function ask(
  api: Pick<KubeApi, 'handle'>,
  method: string,
  path: string,
  body?: unknown,
  { headers = {}, signal = new AbortController().signal }: Asked = {},
): Promise<KubeAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return api.handle({
    method,
    path,
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : new TextEncoder().encode(text),
    signal,
  });
}

/** The body of an answer that is not a stream. */
export function textOfAnswer({ body }: KubeAnswer): string {
  if (body === undefined) return '';
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  throw new Error('The answer is a stream.');
}
